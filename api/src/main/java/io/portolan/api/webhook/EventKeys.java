package io.portolan.api.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;

/** What an event is known by for good, so that it counts once however often it is brought. */
final class EventKeys {
  private EventKeys() {}

  /**
   * The key of one event: the vendor's own id where it gives one, else what stands in it.
   *
   * @param webhook its name: two accounts may use one id
   */
  static String of(String webhook, Vendor vendor, JsonNode event) {
    String id =
        switch (vendor) {
          case SES -> text(event, "MessageId");
          case SENDGRID -> text(event, "sg_event_id");
          // the token is signed and the event is not: with the token of a call that was overheard,
          // nobody can bring another event
          case MAILGUN -> text(event.path("signature"), "token");
          case POSTMARK -> "";
          case SPARKPOST -> sparkPost(event.path("msys"));
          case GENERIC -> text(event, "id");
        };
    return "webhook:" + webhook + ":" + digest(id.isEmpty() ? event.toString() : "id " + id);
  }

  private static String sparkPost(JsonNode event) {
    Iterator<JsonNode> kinds = event.elements();
    return kinds.hasNext() ? text(kinds.next(), "event_id") : "";
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
