package io.portolan.core.feedback;

import static io.portolan.core.feedback.EventParts.bare;
import static io.portolan.core.feedback.EventParts.feedback;
import static io.portolan.core.feedback.EventParts.id;
import static io.portolan.core.feedback.EventParts.named;
import static io.portolan.core.feedback.EventParts.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.reply.BounceCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the events of Amazon SES. Immutable and thread-safe. */
final class SesEvents {
  private final EventParts parts;

  SesEvents(EventParts parts) {
    this.parts = parts;
  }

  /** Reads an event, or a notification; empty if it says nothing of the kinds there are. */
  Optional<Feedback> read(JsonNode node) {
    String type = text(node, "notificationType") + text(node, "eventType");
    JsonNode mail = node.path("mail");
    return switch (type) {
      case "Bounce" -> {
        JsonNode bounce = node.path("bounce");
        boolean isTransient = bounce.path("bounceType").asText().equals("Transient");
        List<ReportedRecipient> recipients = new ArrayList<>();
        for (JsonNode each : bounce.path("bouncedRecipients")) {
          recipients.add(
              parts.bounced(
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
              parts.bounced(
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
                        parts.bounced(
                            each.asText(),
                            FeedbackKind.DELIVERED,
                            "",
                            text(delivery, "smtpResponse"),
                            "")));
        yield feedback(
            FeedbackKind.DELIVERED, "", recipients, mail(mail), text(delivery, "reportingMTA"));
      }
      case "Reject" ->
          refused(mail, "Amazon SES rejected the message: " + text(node.path("reject"), "reason"));
      case "Rendering Failure" ->
          refused(
              mail,
              "Amazon SES could not render the message: "
                  + text(node.path("failure"), "errorMessage"));
      default -> Optional.empty();
    };
  }

  private static Optional<Feedback> refused(JsonNode mail, String words) {
    OriginalMessage original = mail(mail);
    return feedback(
        FeedbackKind.BOUNCE,
        "",
        original.to().stream()
            .map(to -> EventParts.refused(to, BounceCategory.CONTENT_REJECTED, words))
            .toList(),
        original,
        "");
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
}
