package io.portolan.core.delivery;

import java.time.Instant;
import java.util.Optional;

/** What one round of work made of a delivery. Accepted, Bounced and Expired are final. */
public sealed interface DeliveryOutcome {

  /**
   * A 2yz reply to the end of data: the next hop took responsibility. No proof of arrival in a
   * mailbox.
   */
  record Accepted(Attempt attempt) implements DeliveryOutcome {}

  /**
   * A 4yz reply, or none after the dot; to be tried again.
   *
   * @param category of the reply, such as {@code rate-limited}
   * @param pinnedRoute set when no answer came after the dot: the only route it may still take
   */
  record Deferred(Attempt attempt, String category, Instant notBefore, Optional<String> pinnedRoute)
      implements DeliveryOutcome {}

  /** A 5yz reply by the genuine peer. Never tried again. */
  record Bounced(Attempt attempt, String category, boolean suppress) implements DeliveryOutcome {}

  /**
   * Never offered to a peer: refused by its own domain's DNS (no such domain, null MX) or by
   * composing.
   */
  record Undeliverable(String category, String reason, boolean suppress)
      implements DeliveryOutcome {}

  /**
   * Its lifetime ran out; {@code lastAttempt} is the refusal that was the last, if one was made
   * now.
   */
  record Expired(Optional<Attempt> lastAttempt, String category) implements DeliveryOutcome {}

  /**
   * No attempt was made: no path is open, the relay refuses the login, or the platform refuses this
   * source.
   */
  record Held(String reason, Instant notBefore) implements DeliveryOutcome {}
}
