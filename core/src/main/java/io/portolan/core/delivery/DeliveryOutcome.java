package io.portolan.core.delivery;

import io.portolan.core.reply.Hardness;
import java.time.Instant;
import java.util.Optional;

/** What one round of work made of a delivery. Accepted, Bounced and Expired are final. */
public sealed interface DeliveryOutcome {
  /** The cause of an attempt whose dot was not answered. */
  String NO_ANSWER = "no-answer";

  /** The cause of a delivery whose domain does not exist by our DNS. */
  String NO_SUCH_DOMAIN = "no-such-domain";

  /** The cause of a delivery that was in doubt to the end of its lifetime, or is given up so. */
  String IN_DOUBT = "in-doubt";

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
  record Bounced(Attempt attempt, String category, Hardness hardness) implements DeliveryOutcome {}

  /**
   * Never offered to a peer: refused by its own domain's DNS (no such domain, null MX) or by
   * composing.
   */
  record Undeliverable(String category, String reason) implements DeliveryOutcome {}

  /**
   * Never offered to a peer: its address or domain was suppressed after the batch was claimed.
   *
   * @param reason of the suppression, such as {@code unsubscribe}
   */
  record Suppressed(String reason) implements DeliveryOutcome {}

  /**
   * Its lifetime ran out; {@code lastAttempt} is the refusal that was the last, if one was made
   * now.
   */
  record Expired(Optional<Attempt> lastAttempt, String category, Hardness hardness)
      implements DeliveryOutcome {}

  /**
   * No attempt was made: no path is open, the relay refuses the login, or the platform refuses this
   * source.
   */
  record Held(String reason, Instant notBefore) implements DeliveryOutcome {
    /** How the reason begins where the policy has no path that is open. */
    public static final String NO_PATH = "no path is open: ";
  }

  /**
   * No attempt was made: by our DNS its domain does not exist. A second look comes later, because
   * one answer may be a lie or an accident.
   */
  record NoSuchDomain(String reason, Instant notBefore) implements DeliveryOutcome {}

  /**
   * No answer came after the dot, and its campaign does not send again unasked: somebody must
   * decide.
   *
   * @param until when its lifetime ends
   */
  record InDoubt(Attempt attempt, Instant until) implements DeliveryOutcome {}

  /** Its name in metrics: a closed set. */
  default String label() {
    return switch (this) {
      case Accepted _ -> "accepted";
      case Deferred _ -> "deferred";
      case Bounced _, Undeliverable _ -> "bounced";
      case Suppressed _ -> "suppressed";
      case Expired _ -> "expired";
      case Held _, NoSuchDomain _ -> "held";
      case InDoubt _ -> "in-doubt";
    };
  }

  /** The state that the delivery comes to. */
  default DeliveryState state() {
    return switch (this) {
      case Accepted _ -> DeliveryState.ACCEPTED;
      case Bounced _, Undeliverable _ -> DeliveryState.BOUNCED;
      case Suppressed _ -> DeliveryState.SUPPRESSED;
      case Expired _ -> DeliveryState.EXPIRED;
      case Deferred _, Held _, NoSuchDomain _, InDoubt _ -> DeliveryState.PLANNED;
    };
  }

  /** The attempt that was made, if one was. */
  default Optional<Attempt> attemptMade() {
    return switch (this) {
      case Accepted accepted -> Optional.of(accepted.attempt());
      case Bounced bounced -> Optional.of(bounced.attempt());
      case Deferred deferred -> Optional.of(deferred.attempt());
      case InDoubt inDoubt -> Optional.of(inDoubt.attempt());
      case Expired expired -> expired.lastAttempt();
      case Undeliverable _, Suppressed _, Held _, NoSuchDomain _ -> Optional.empty();
    };
  }

  /** What became of the attempt itself; {@code unknown} when the peer gave no answer to the dot. */
  default Optional<String> attemptLabel() {
    return attemptMade()
        .map(
            attempt ->
                attempt.reply().isEmpty()
                    ? "unknown"
                    : switch (this) {
                      case Accepted _ -> "accepted";
                      case Bounced _ -> "bounced";
                      case Deferred _,
                          InDoubt _,
                          Expired _,
                          Held _,
                          NoSuchDomain _,
                          Suppressed _,
                          Undeliverable _ ->
                          "deferred";
                    });
  }

  /** The category of the reply or reason that decided; empty when the peer accepted. */
  default Optional<String> cause() {
    return switch (this) {
      case Accepted _ -> Optional.empty();
      case Bounced bounced -> Optional.of(bounced.category());
      case Deferred deferred -> Optional.of(deferred.category());
      case Expired expired -> Optional.of(expired.category());
      case Undeliverable undeliverable -> Optional.of(undeliverable.category());
      case Suppressed suppressed -> Optional.of(suppressed.reason());
      case Held _ -> Optional.of("held");
      case NoSuchDomain _ -> Optional.of(NO_SUCH_DOMAIN);
      case InDoubt _ -> Optional.of(NO_ANSWER);
    };
  }

  /** When the delivery is to be tried again; empty when it has ended. */
  default Optional<Instant> retryAt() {
    return switch (this) {
      case Deferred deferred -> Optional.of(deferred.notBefore());
      case Held held -> Optional.of(held.notBefore());
      case NoSuchDomain noSuchDomain -> Optional.of(noSuchDomain.notBefore());
      case InDoubt inDoubt -> Optional.of(inDoubt.until());
      case Accepted _, Bounced _, Undeliverable _, Suppressed _, Expired _ -> Optional.empty();
    };
  }

  /** The only route that it may still take, if this outcome says so. */
  default Optional<String> pinsTo() {
    return switch (this) {
      case Deferred deferred -> deferred.pinnedRoute();
      case InDoubt inDoubt -> Optional.of(inDoubt.attempt().path().route());
      case Accepted _,
          Bounced _,
          Undeliverable _,
          Suppressed _,
          Expired _,
          Held _,
          NoSuchDomain _ ->
          Optional.empty();
    };
  }

  /** The relay that took the message, whose 2yz says nothing of the ISP; empty for any other. */
  default Optional<String> relayedBy() {
    return this instanceof Accepted(Attempt attempt) && !attempt.path().isDirect()
        ? Optional.of(attempt.path().route())
        : Optional.empty();
  }

  /** What it means for further mail to the address. */
  default Hardness hardness() {
    return switch (this) {
      case Bounced(_, _, Hardness hardness) -> hardness;
      case Expired(_, _, Hardness hardness) -> hardness;
      case Accepted _,
          Deferred _,
          Undeliverable _,
          Suppressed _,
          Held _,
          NoSuchDomain _,
          InDoubt _ ->
          Hardness.NEITHER;
    };
  }
}
