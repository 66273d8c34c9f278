package io.portolan.core.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.core.relay.MetadataHeader;
import io.portolan.core.reply.EnhancedStatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the events by which relays tell what became of a message: Amazon SES (also within a
 * notification of SNS), SendGrid, Mailgun, Postmark, SparkPost, and a generic form. Signatures are
 * the caller's business. Immutable and thread-safe; what is no event of these gives none.
 */
public final class RelayEvents {
  private static final int MOST = 1_000;
  private static final int MOST_RECIPIENTS = 100;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

  private final Diagnosis diagnosis;

  public RelayEvents(Diagnosis diagnosis) {
    this.diagnosis = diagnosis;
  }

  /** Reads one event or an array of them, in their order; at most {@value #MOST} are read. */
  public List<Feedback> read(String json) {
    List<Feedback> events = new ArrayList<>();
    try {
      JsonNode root = JSON.readTree(json);
      for (JsonNode each : root.isArray() ? root : List.of(root)) {
        if (events.size() < MOST) {
          event(each).ifPresent(events::add);
        }
      }
    } catch (JsonProcessingException e) {
      return List.of();
    }
    return List.copyOf(events);
  }

  private Optional<Feedback> event(JsonNode node) throws JsonProcessingException {
    if (node.path("Type").asText().equals("Notification") && node.path("Message").isTextual()) {
      return ses(JSON.readTree(node.path("Message").asText()));
    }
    if (node.has("notificationType") || (node.has("eventType") && node.has("mail"))) {
      return ses(node);
    }
    if (node.has("msys")) {
      return sparkPost(node.path("msys"));
    }
    if (node.has("event-data")) {
      return mailgun(node.path("event-data"));
    }
    if (node.has("RecordType")) {
      return postmark(node);
    }
    if (node.has("sg_message_id") || node.has("sg_event_id")) {
      return sendGrid(node);
    }
    return generic(node);
  }

  private Optional<Feedback> ses(JsonNode node) {
    String type = text(node, "notificationType") + text(node, "eventType");
    JsonNode mail = node.path("mail");
    return switch (type) {
      case "Bounce" -> {
        JsonNode bounce = node.path("bounce");
        boolean isTransient = bounce.path("bounceType").asText().equals("Transient");
        List<ReportedRecipient> recipients = new ArrayList<>();
        for (JsonNode each : bounce.path("bouncedRecipients")) {
          recipients.add(
              bounced(
                  each.path("emailAddress").asText(),
                  FeedbackKind.BOUNCE,
                  text(each, "status"),
                  text(each, "diagnosticCode"),
                  words(text(bounce, "bounceSubType"), isTransient)));
        }
        yield feedback(
            FeedbackKind.BOUNCE, "", recipients, mail(mail), text(bounce, "reportingMTA"));
      }
      case "DeliveryDelay" -> {
        JsonNode delay = node.path("deliveryDelay");
        List<ReportedRecipient> recipients = new ArrayList<>();
        for (JsonNode each : delay.path("delayedRecipients")) {
          recipients.add(
              bounced(
                  each.path("emailAddress").asText(),
                  FeedbackKind.DELAY,
                  text(each, "status"),
                  text(each, "diagnosticCode"),
                  text(delay, "delayType")));
        }
        yield feedback(FeedbackKind.DELAY, "", recipients, mail(mail), text(delay, "reportingMTA"));
      }
      case "Complaint" -> {
        JsonNode complaint = node.path("complaint");
        List<ReportedRecipient> recipients = new ArrayList<>();
        complaint
            .path("complainedRecipients")
            .forEach(each -> recipients.add(named(each.path("emailAddress").asText())));
        String kind = text(complaint, "complaintFeedbackType");
        yield feedback(
            FeedbackKind.ofFeedbackType(kind),
            kind.isEmpty() ? "abuse" : kind,
            recipients,
            mail(mail),
            "");
      }
      case "Delivery" -> {
        JsonNode delivery = node.path("delivery");
        List<ReportedRecipient> recipients = new ArrayList<>();
        delivery
            .path("recipients")
            .forEach(
                each ->
                    recipients.add(
                        bounced(
                            each.asText(),
                            FeedbackKind.DELIVERED,
                            "",
                            text(delivery, "smtpResponse"),
                            "")));
        yield feedback(
            FeedbackKind.DELIVERED, "", recipients, mail(mail), text(delivery, "reportingMTA"));
      }
      default -> Optional.empty();
    };
  }

  /** The sub-types of SES in words that the rules know. */
  private static String words(String subType, boolean isTransient) {
    return switch (subType) {
      case "NoEmail" -> "no such user";
      case "Suppressed", "OnAccountSuppressionList" -> "address is on the suppression list";
      case "MailboxFull" -> "mailbox is full";
      case "MessageTooLarge" -> "message too large";
      case "ContentRejected" -> "message content rejected";
      case "AttachmentRejected" -> "attachment rejected";
      default -> isTransient ? "temporary failure" : "";
    };
  }

  private Optional<Feedback> sendGrid(JsonNode node) {
    String reason = text(node, "reason") + " " + text(node, "response");
    FeedbackKind kind =
        switch (text(node, "event")) {
          case "bounce", "dropped" -> FeedbackKind.BOUNCE;
          case "deferred" -> FeedbackKind.DELAY;
          case "spamreport" -> FeedbackKind.COMPLAINT;
          case "unsubscribe", "group_unsubscribe" -> FeedbackKind.UNSUBSCRIBE;
          case "delivered" -> FeedbackKind.DELIVERED;
          default -> FeedbackKind.NONE;
        };
    return single(
        kind,
        text(node, "email"),
        text(node, "status"),
        reason,
        metadata(node),
        id(text(node, "smtp-id")));
  }

  private Optional<Feedback> mailgun(JsonNode node) {
    JsonNode status = node.path("delivery-status");
    FeedbackKind kind =
        switch (text(node, "event")) {
          case "failed" ->
              text(node, "severity").equals("temporary") ? FeedbackKind.DELAY : FeedbackKind.BOUNCE;
          case "complained" -> FeedbackKind.COMPLAINT;
          case "unsubscribed" -> FeedbackKind.UNSUBSCRIBE;
          case "delivered" -> FeedbackKind.DELIVERED;
          default -> FeedbackKind.NONE;
        };
    String code = status.path("code").asInt() >= 200 ? status.path("code").asText() + " " : "";
    return single(
        kind,
        text(node, "recipient"),
        text(status, "enhanced-code"),
        code + text(status, "message") + " " + text(status, "description"),
        id(text(node.path("message").path("headers"), "message-id")));
  }

  private Optional<Feedback> postmark(JsonNode node) {
    FeedbackKind kind =
        switch (text(node, "RecordType")) {
          case "Bounce" ->
              switch (text(node, "Type")) {
                case "Transient" -> FeedbackKind.DELAY;
                case "AutoResponder" -> FeedbackKind.AUTO_REPLY;
                case "Unsubscribe" -> FeedbackKind.UNSUBSCRIBE;
                case "SpamComplaint" -> FeedbackKind.COMPLAINT;
                default -> FeedbackKind.BOUNCE;
              };
          case "SpamComplaint" -> FeedbackKind.COMPLAINT;
          case "SubscriptionChange" ->
              node.path("SuppressSending").asBoolean() && isWish(node)
                  ? FeedbackKind.UNSUBSCRIBE
                  : FeedbackKind.NONE;
          case "Delivery" -> FeedbackKind.DELIVERED;
          default -> FeedbackKind.NONE;
        };
    String address = text(node, "Email");
    return single(
        kind,
        address.isEmpty() ? text(node, "Recipient") : address,
        "",
        text(node, "Details") + " " + text(node, "Description"),
        metadata(node.path("Metadata")),
        Optional.empty());
  }

  /**
   * Bounces and complaints close an address too, and have an event of their own beside this one.
   */
  private static boolean isWish(JsonNode change) {
    return switch (text(change, "SuppressionReason")) {
      case "HardBounce", "SpamComplaint" -> false;
      default -> true;
    };
  }

  private Optional<Feedback> sparkPost(JsonNode node) {
    JsonNode event = node.path("message_event");
    if (event.isMissingNode()) {
      event = node.path("unsubscribe_event");
    }
    FeedbackKind kind =
        switch (text(event, "type")) {
          case "bounce", "out_of_band", "policy_rejection" -> FeedbackKind.BOUNCE;
          case "delay" -> FeedbackKind.DELAY;
          case "spam_complaint" -> FeedbackKind.COMPLAINT;
          case "list_unsubscribe", "link_unsubscribe" -> FeedbackKind.UNSUBSCRIBE;
          case "delivery" -> FeedbackKind.DELIVERED;
          default -> FeedbackKind.NONE;
        };
    return single(
        kind,
        text(event, "rcpt_to"),
        "",
        text(event, "raw_reason") + " " + text(event, "reason"),
        metadata(event.path("rcpt_meta")),
        Optional.empty());
  }

  /** {@code {"event": KIND, "recipient": ADDRESS, "status", "reply", "messageId"}}. */
  private Optional<Feedback> generic(JsonNode node) {
    return FeedbackKind.of(text(node, "event"))
        .flatMap(
            kind ->
                single(
                    kind,
                    text(node, "recipient"),
                    text(node, "status"),
                    text(node, "reply"),
                    id(text(node, "messageId"))));
  }

  /** What our field gave the relay ({@link MetadataHeader}). */
  private static List<String> metadata(JsonNode metadata) {
    return Optional.of(text(metadata, MetadataHeader.NAME)).filter(it -> !it.isEmpty()).stream()
        .toList();
  }

  private Optional<Feedback> single(
      FeedbackKind kind, String address, String status, String words, Optional<String> messageId) {
    return single(kind, address, status, words, List.of(), messageId);
  }

  private Optional<Feedback> single(
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
        new OriginalMessage(
            tokens, Optional.empty(), messageId, Optional.empty(), Optional.empty(), List.of()),
        "");
  }

  private ReportedRecipient bounced(
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

  private static ReportedRecipient named(String address) {
    return new ReportedRecipient(bare(address), List.of(), Optional.empty(), Optional.empty());
  }

  private static String bare(String address) {
    int start = address.indexOf('<');
    int end = address.indexOf('>', start + 1);
    String inner = start >= 0 && end > start ? address.substring(start + 1, end) : address;
    return inner.strip().toLowerCase(Locale.ROOT);
  }

  private static Optional<Feedback> feedback(
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

  private static OriginalMessage mail(JsonNode mail) {
    List<String> to = new ArrayList<>();
    mail.path("destination").forEach(each -> to.add(bare(each.asText())));
    String messageId = text(mail.path("commonHeaders"), "messageId");
    return new OriginalMessage(
        Optional.of(text(mail, "source")).filter(it -> !it.isEmpty()).stream().toList(),
        Optional.empty(),
        id(messageId.isEmpty() ? header(mail, "Message-ID") : messageId),
        Optional.of(header(mail, "Feedback-ID")).filter(it -> !it.isEmpty()),
        Optional.of(bare(text(mail, "source"))).filter(it -> !it.isEmpty()),
        to);
  }

  /** A field of the message as we handed it over; empty unless the events hold the headers. */
  private static String header(JsonNode mail, String name) {
    for (JsonNode header : mail.path("headers")) {
      if (text(header, "name").equalsIgnoreCase(name)) {
        return text(header, "value").strip();
      }
    }
    return "";
  }

  private static Optional<String> id(String messageId) {
    return Optional.of(messageId.replaceAll("[<>\\s]", "")).filter(it -> !it.isEmpty());
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).isTextual() ? node.path(field).asText() : "";
  }
}
