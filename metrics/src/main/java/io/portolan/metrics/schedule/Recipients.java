package io.portolan.metrics.schedule;

import java.util.List;

/**
 * Who gets a report: addresses or a webhook, not both.
 *
 * @param from address of the sender, whose domain signs; empty for a webhook
 * @param fromName shown beside it; may be empty
 * @param to addresses; none for a webhook
 * @param webhook a URL; empty for mail
 * @param secretRef where the key that signs is found, {@code env:NAME} or {@code file:PATH}; empty:
 *     not signed
 */
public record Recipients(
    String from, String fromName, List<String> to, String webhook, String secretRef) {
  public Recipients {
    to = List.copyOf(to);
  }

  /** By mail. */
  public static Recipients mail(String from, String fromName, List<String> to) {
    return new Recipients(from, fromName, to, "", "");
  }

  /** To a webhook. */
  public static Recipients webhook(String url, String secretRef) {
    return new Recipients("", "", List.of(), url, secretRef);
  }

  public boolean isWebhook() {
    return !webhook.isEmpty();
  }

  /** The addresses, or the webhook. */
  public List<String> all() {
    return isWebhook() ? List.of(webhook) : to;
  }
}
