package io.portolan.core.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes feedback of what relays' events have in common. Immutable and thread-safe. */
final class EventParts {
  private static final int MOST_RECIPIENTS = 100;
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

  private final Diagnosis diagnosis;

  EventParts(Diagnosis diagnosis) {
    this.diagnosis = diagnosis;
  }

  Optional<Feedback> single(
      FeedbackKind kind, String address, String status, String words, Optional<String> messageId) {
    return single(kind, address, status, words, List.of(), messageId);
  }

  Optional<Feedback> single(
      FeedbackKind kind,
      String address,
      String status,
      String words,
      List<String> tokens,
      Optional<String> messageId) {
    if (address.isEmpty()) {
      return Optional.empty();
    }
    return feedback(
        kind,
        kind == FeedbackKind.COMPLAINT ? "abuse" : "",
        List.of(bounced(address, kind, status, words, "")),
        original(tokens, messageId),
        "");
  }

  /**
   * What a service says of a message that it would not make or send on, for good. It says nothing
   * of the recipient's mailbox.
   *
   * @param category one that suppresses nobody
   */
  Optional<Feedback> refused(
      String address,
      BounceCategory category,
      String words,
      List<String> tokens,
      Optional<String> messageId) {
    return address.isEmpty()
        ? Optional.empty()
        : feedback(
            FeedbackKind.BOUNCE,
            "",
            List.of(refused(address, category, words)),
            original(tokens, messageId),
            "");
  }

  static ReportedRecipient refused(String address, BounceCategory category, String words) {
    return new ReportedRecipient(
        bare(address),
        List.of(),
        Optional.of(
            new ReportedRecipient.Verdict(
                Optional.empty(),
                OptionalInt.empty(),
                category,
                Hardness.NEITHER,
                words.strip(),
                Classification.NO_RULE)),
        Optional.empty());
  }

  private static OriginalMessage original(List<String> tokens, Optional<String> messageId) {
    return new OriginalMessage(
        tokens, Optional.empty(), messageId, Optional.empty(), Optional.empty(), List.of());
  }

  ReportedRecipient bounced(
      String address, FeedbackKind kind, String status, String diagnostic, String more) {
    String lower = bare(address);
    if (kind != FeedbackKind.BOUNCE
        && kind != FeedbackKind.DELAY
        && kind != FeedbackKind.DELIVERED) {
      return named(address);
    }
    Matcher field = STATUS.matcher(status);
    return new ReportedRecipient(
        lower,
        List.of(),
        kind == FeedbackKind.DELIVERED
            ? Optional.empty()
            : Optional.of(
                diagnosis.verdict(
                    kind == FeedbackKind.DELAY,
                    field.find() ? EnhancedStatusCode.parse(field.group()) : Optional.empty(),
                    List.of(diagnostic, more),
                    Optional.empty(),
                    lower)),
        Optional.empty());
  }

  static ReportedRecipient named(String address) {
    return new ReportedRecipient(bare(address), List.of(), Optional.empty(), Optional.empty());
  }

  static String bare(String address) {
    int start = address.indexOf('<');
    int end = address.indexOf('>', start + 1);
    String inner = start >= 0 && end > start ? address.substring(start + 1, end) : address;
    return inner.strip().toLowerCase(Locale.ROOT);
  }

  static Optional<Feedback> feedback(
      FeedbackKind kind,
      String type,
      List<ReportedRecipient> recipients,
      OriginalMessage original,
      String reportingMta) {
    if (kind == FeedbackKind.NONE) {
      return Optional.empty();
    }
    return Optional.of(
        new Feedback(
            kind,
            Optional.of(type.toLowerCase(Locale.ROOT)).filter(it -> !it.isEmpty()),
            recipients.subList(0, Math.min(recipients.size(), MOST_RECIPIENTS)),
            original,
            Optional.of(reportingMta.substring(reportingMta.indexOf(';') + 1).strip())
                .filter(it -> !it.isEmpty()),
            Optional.empty()));
  }

  static Optional<String> id(String messageId) {
    return Optional.of(messageId.replaceAll("[<>\\s]", "")).filter(it -> !it.isEmpty());
  }

  static String text(JsonNode node, String field) {
    return node.path(field).isTextual() ? node.path(field).asText() : "";
  }
}
