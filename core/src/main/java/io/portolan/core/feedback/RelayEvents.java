package io.portolan.core.feedback;

import static io.portolan.core.feedback.EventParts.id;
import static io.portolan.core.feedback.EventParts.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.core.relay.MetadataHeader;
import io.portolan.core.reply.BounceCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the events by which relays tell what became of a message: Amazon SES (also within a
 * notification of SNS), SendGrid, Mailgun, Postmark, SparkPost, and a generic form. Signatures are
 * the caller's business. Immutable and thread-safe; what is no event of these gives none.
 */
public final class RelayEvents {
  private static final int MOST = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventParts parts;
  private final SesEvents ses;

  public RelayEvents(Diagnosis diagnosis) {
    parts = new EventParts(diagnosis);
    ses = new SesEvents(parts);
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
      return ses.read(JSON.readTree(node.path("Message").asText()));
    }
    if (node.has("notificationType") || (node.has("eventType") && node.has("mail"))) {
      return ses.read(node);
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
    return parts.single(
        kind,
        text(node, "email"),
        text(node, "status"),
        reason,
        metadata(node),
        id(text(node, "smtp-id")));
  }

  private Optional<Feedback> mailgun(JsonNode node) {
    Optional<String> messageId = id(text(node.path("message").path("headers"), "message-id"));
    if (text(node, "event").equals("rejected")) {
      JsonNode reject = node.path("reject");
      String recipient = text(node, "recipient");
      return parts.refused(
          recipient.isEmpty() ? text(node.path("message").path("headers"), "to") : recipient,
          BounceCategory.POLICY,
          text(reject, "reason") + " " + text(reject, "description"),
          List.of(),
          messageId);
    }
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
    return parts.single(
        kind,
        text(node, "recipient"),
        text(status, "enhanced-code"),
        code + text(status, "message") + " " + text(status, "description"),
        messageId);
  }

  private Optional<Feedback> postmark(JsonNode node) {
    FeedbackKind kind =
        switch (text(node, "RecordType")) {
          case "Bounce" ->
              switch (text(node, "Type")) {
                case "HardBounce",
                    "SoftBounce",
                    "Blocked",
                    "DnsError",
                    "BadEmailAddress",
                    "SpamNotification",
                    "VirusNotification",
                    "DMARCPolicy",
                    "ManuallyDeactivated",
                    "Unconfirmed",
                    "SMTPApiError",
                    "TemplateRenderingFailed",
                    "Unknown" ->
                    FeedbackKind.BOUNCE;
                case "Transient" -> FeedbackKind.DELAY;
                // programs, and people, that answer: the message arrived
                case "AutoResponder", "ChallengeVerification", "AddressChange", "Subscribe" ->
                    FeedbackKind.AUTO_REPLY;
                case "Unsubscribe" -> FeedbackKind.UNSUBSCRIBE;
                case "SpamComplaint" -> FeedbackKind.COMPLAINT;
                default -> FeedbackKind.NONE;
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
    return parts.single(
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
    if (node.has("gen_event")) {
      return notGenerated(node.path("gen_event"));
    }
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
    return parts.single(
        kind,
        text(event, "rcpt_to"),
        "",
        text(event, "raw_reason") + " " + text(event, "reason"),
        metadata(event.path("rcpt_meta")),
        Optional.empty());
  }

  /** Of a message that SparkPost was given and did not make anything to be sent of. */
  private Optional<Feedback> notGenerated(JsonNode event) {
    Optional<BounceCategory> category =
        switch (text(event, "type")) {
          case "generation_failure" -> Optional.of(BounceCategory.CONTENT_REJECTED);
          case "generation_rejection" -> Optional.of(BounceCategory.POLICY);
          default -> Optional.empty();
        };
    return category.flatMap(
        it ->
            parts.refused(
                text(event, "rcpt_to"),
                it,
                text(event, "raw_reason") + " " + text(event, "reason"),
                metadata(event.path("rcpt_meta")),
                Optional.empty()));
  }

  /** {@code {"event": KIND, "recipient": ADDRESS, "status", "reply", "messageId"}}. */
  private Optional<Feedback> generic(JsonNode node) {
    return FeedbackKind.of(text(node, "event"))
        .flatMap(
            kind ->
                parts.single(
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
}
