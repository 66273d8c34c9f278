package io.portolan.sender.feedback;

import io.portolan.core.feedback.Diagnosis;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.RelayEvents;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.ReplyClassifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads mail that came back. Takes any bytes and throws nothing: what cannot be read is {@link
 * FeedbackKind#NONE}. Work is bounded, whatever the mail (see {@link MailParts}).
 *
 * <p>Immutable and thread-safe.
 */
public final class FeedbackReader {
  /** So many recipients may share a reason that stands apart from them all. */
  private static final int FEW = 5;

  private final Diagnosis diagnosis;
  private final RelayEvents events;

  /**
   * @param classifier says what the words of a report mean
   * @param isps tells whose host refused
   */
  public FeedbackReader(ReplyClassifier classifier, IspDirectory isps) {
    diagnosis = new Diagnosis(classifier, isps);
    events = new RelayEvents(diagnosis);
  }

  /** Reads one mail, with its headers, as it was received. */
  public Feedback read(byte[] mail) {
    return read(MailParts.of(mail), 0);
  }

  private Feedback read(MailParts parts, int depth) {
    ReportText report = ReportText.of(parts);
    Headers headers = parts.headers();
    OriginalMessage original = OriginalReader.read(headers, report.original());
    Optional<Complaints.Complaint> complaint =
        Complaints.read(
            parts.parts().stream()
                .filter(part -> part.type().equals("message/feedback-report"))
                .map(part -> Headers.read(withoutBlanks(part.lines())))
                .findFirst(),
            report.original());
    if (complaint.isPresent()) {
      return new Feedback(
          complaint.get().kind(),
          Optional.of(complaint.get().type()),
          complaint.get().recipients(),
          original,
          Optional.empty(),
          Optional.empty());
    }
    if (hasPart(parts, "message/disposition-notification")) {
      return withOriginal(Feedback.NONE, original);
    }
    Optional<Feedback> event =
        parts.parts().stream()
            .filter(part -> part.isText() || part.type().endsWith("json"))
            .findFirst()
            .map(part -> unbroken(part.lines()))
            .filter(json -> json.startsWith("{") || json.startsWith("["))
            .flatMap(json -> events.read(json).stream().findFirst());
    if (event.isPresent()) {
      return event.get();
    }
    String text = report.all().toLowerCase(Locale.ROOT);
    Optional<StatusReport> status = statusReport(parts);
    if (status.isPresent()) {
      return fromFields(status.get(), headers, report, original, text);
    }
    if (Recognition.isBounce(headers, report, text)) {
      boolean isNested =
          depth == 0
              && Recognition.isSystemSender(
                  report.original().text("from").toLowerCase(Locale.ROOT));
      Feedback found = fromWords(headers, report, original, text);
      return isNested || (found.recipients().isEmpty() && depth == 0)
          ? forwarded(parts).orElse(found)
          : found;
    }
    Optional<Feedback> forwarded = depth == 0 ? forwarded(parts) : Optional.empty();
    if (forwarded.isPresent()) {
      return forwarded.get();
    }
    if (Recognition.isAnswer(headers)) {
      return new Feedback(
          FeedbackKind.AUTO_REPLY,
          Optional.empty(),
          MailAddresses.first(headers.decoded("from")).stream().map(FeedbackReader::named).toList(),
          original,
          Optional.empty(),
          Optional.empty());
    }
    return withOriginal(Feedback.NONE, original);
  }

  private static Optional<StatusReport> statusReport(MailParts parts) {
    List<String> lines = new ArrayList<>();
    for (MailParts.Part part : parts.parts()) {
      if (part.type().equals("message/delivery-status")
          || part.type().equals("message/global-delivery-status")) {
        lines.addAll(part.lines());
        lines.add("");
      }
    }
    if (lines.isEmpty()) {
      parts.parts().stream()
          .filter(MailParts.Part::isText)
          .map(part -> ReportText.unquoted(part.lines()))
          .filter(StatusReport::isIn)
          .findFirst()
          .ifPresent(lines::addAll);
    }
    return Optional.of(StatusReport.read(lines)).filter(found -> !found.recipients().isEmpty());
  }

  private Feedback fromFields(
      StatusReport status,
      Headers headers,
      ReportText report,
      OriginalMessage original,
      String text) {
    FeedbackKind kind = kind(status, headers, text);
    Set<String> addresses =
        status.recipients().stream()
            .map(StatusReport.Recipient::address)
            .collect(Collectors.toSet());
    FreeForm words = new FreeForm(report, OriginalReader.others(headers, report.original()));
    List<ReportedRecipient> recipients = new ArrayList<>();
    for (StatusReport.Recipient given : status.recipients()) {
      StatusReport.Recipient each = given.address().isEmpty() ? given.at(words.likeliest()) : given;
      boolean isOk = isPositive(each);
      boolean isStillTried = kind == FeedbackKind.BOUNCE && each.action().equals("delayed");
      if (isOk != (kind == FeedbackKind.DELIVERED) || isStillTried || isHandedOn(each)) {
        continue;
      }
      if (isOk) {
        recipients.add(
            new ReportedRecipient(
                each.address(), each.alternatives(), Optional.empty(), each.remoteMta()));
        continue;
      }
      String own = words.recipients(List.of(each.address())).getFirst().words();
      List<String> said =
          addresses.size() > 1
              ? List.of(each.diagnostic(), own)
              : List.of(each.diagnostic(), own, text);
      recipients.add(
          new ReportedRecipient(
              each.address(),
              each.alternatives(),
              Optional.of(
                  diagnosis.verdict(
                      kind == FeedbackKind.DELAY,
                      each.status(),
                      said,
                      each.remoteMta(),
                      each.address())),
              each.remoteMta()));
    }
    if (kind == FeedbackKind.DELIVERED && recipients.isEmpty()) {
      return withOriginal(Feedback.NONE, original);
    }
    return new Feedback(
        kind,
        Optional.empty(),
        recipients,
        original.withEnvelopeId(status.envelopeId()),
        status.reportingMta(),
        status.arrivalDate());
  }

  /** To a host, or to members, that report no more (RFC 3464 section 2.3.3): nobody has it yet. */
  private static boolean isHandedOn(StatusReport.Recipient recipient) {
    return recipient.action().equals("relayed") || recipient.action().equals("expanded");
  }

  private static boolean isPositive(StatusReport.Recipient recipient) {
    return switch (recipient.action()) {
      case "delivered" -> true;
      case "failed", "delayed" -> false;
      default ->
          isHandedOn(recipient)
              || recipient
                  .status()
                  .map(EnhancedStatusCode::statusClass)
                  .filter(it -> it == 2)
                  .isPresent();
    };
  }

  private static FeedbackKind kind(StatusReport status, Headers headers, String text) {
    boolean allOk = true;
    boolean anyFailed = false;
    boolean anyDelayed = false;
    for (StatusReport.Recipient each : status.recipients()) {
      allOk &= isPositive(each);
      anyDelayed |= each.action().equals("delayed");
      anyFailed |= each.action().equals("failed");
    }
    if (allOk) {
      return FeedbackKind.DELIVERED;
    }
    if (!anyFailed && (anyDelayed || Recognition.isDelay(headers, text))) {
      return FeedbackKind.DELAY;
    }
    return FeedbackKind.BOUNCE;
  }

  private Feedback fromWords(
      Headers headers, ReportText report, OriginalMessage original, String text) {
    boolean isDelay = Recognition.isDelay(headers, text);
    Set<String> named = new LinkedHashSet<>();
    headers
        .all("x-failed-recipients")
        .forEach(value -> MailAddresses.in(value).forEach(found -> named.add(found.address())));
    FreeForm words = new FreeForm(report, OriginalReader.others(headers, report.original()));
    List<FreeForm.Mention> mentions = words.recipients(List.copyOf(named));
    List<ReportedRecipient> recipients = new ArrayList<>();
    for (FreeForm.Mention each : mentions) {
      recipients.add(
          new ReportedRecipient(
              each.address(),
              List.of(),
              Optional.of(
                  diagnosis.verdict(
                      isDelay,
                      Optional.empty(),
                      said(each, mentions.size(), text, headers),
                      Optional.empty(),
                      each.address())),
              Optional.empty()));
    }
    return new Feedback(
        isDelay ? FeedbackKind.DELAY : FeedbackKind.BOUNCE,
        Optional.empty(),
        recipients,
        original,
        Optional.empty(),
        Optional.empty());
  }

  /** The words that may say why; those of the whole report only where few recipients share it. */
  private static List<String> said(
      FreeForm.Mention mention, int mentions, String text, Headers headers) {
    if (mentions == 1) {
      return List.of(mention.words(), text, headers.decoded("subject"));
    }
    return mentions <= FEW ? List.of(mention.words(), text) : List.of(mention.words());
  }

  /** A report that somebody, or a gateway, sent on as an attachment. */
  private Optional<Feedback> forwarded(MailParts parts) {
    return parts.parts().stream()
        .filter(part -> part.type().equals("message/rfc822"))
        .findFirst()
        .map(part -> read(MailParts.of(part.lines()), 1))
        .filter(
            found ->
                (found.kind() == FeedbackKind.BOUNCE || found.kind() == FeedbackKind.DELAY)
                    && !found.recipients().isEmpty());
  }

  /** Lines without the breaks that old hosts put into long ones: an exclamation mark, a space. */
  private static String unbroken(List<String> lines) {
    return String.join("\n", lines).replace("!\n ", "").strip();
  }

  private static List<String> withoutBlanks(List<String> lines) {
    return lines.stream().filter(line -> !line.isBlank()).toList();
  }

  private static boolean hasPart(MailParts parts, String type) {
    return parts.parts().stream().anyMatch(part -> part.type().equals(type));
  }

  private static ReportedRecipient named(String address) {
    return new ReportedRecipient(address, List.of(), Optional.empty(), Optional.empty());
  }

  private static Feedback withOriginal(Feedback feedback, OriginalMessage original) {
    return new Feedback(
        feedback.kind(),
        feedback.feedbackType(),
        feedback.recipients(),
        original,
        feedback.reportingMta(),
        feedback.arrivalDate());
  }
}
