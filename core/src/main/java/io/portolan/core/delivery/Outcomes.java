package io.portolan.core.delivery;

import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What each outcome means for the tables. */
final class Outcomes {
  private Outcomes() {}

  static DeliveryState state(DeliveryOutcome outcome) {
    return switch (outcome) {
      case Accepted _ -> DeliveryState.ACCEPTED;
      case Bounced _, Undeliverable _ -> DeliveryState.BOUNCED;
      case Expired _ -> DeliveryState.EXPIRED;
      case Deferred _, Held _ -> DeliveryState.PLANNED;
    };
  }

  static Optional<Attempt> attempt(DeliveryOutcome outcome) {
    return switch (outcome) {
      case Accepted accepted -> Optional.of(accepted.attempt());
      case Bounced bounced -> Optional.of(bounced.attempt());
      case Deferred deferred -> Optional.of(deferred.attempt());
      case Expired expired -> expired.lastAttempt();
      case Undeliverable _, Held _ -> Optional.empty();
    };
  }

  static @Nullable String category(DeliveryOutcome outcome) {
    return switch (outcome) {
      case Accepted _ -> null;
      case Bounced bounced -> bounced.category();
      case Deferred deferred -> deferred.category();
      case Expired expired -> expired.category();
      case Undeliverable undeliverable -> undeliverable.category();
      case Held _ -> "held";
    };
  }

  static boolean suppresses(DeliveryOutcome outcome) {
    return switch (outcome) {
      case Bounced bounced -> bounced.suppress();
      case Undeliverable undeliverable -> undeliverable.suppress();
      case Accepted _, Deferred _, Expired _, Held _ -> false;
    };
  }

  /**
   * The outcome of the attempt itself: accepted, deferred, bounced, or unknown when the dot was not
   * answered.
   */
  static String ofAttempt(DeliveryOutcome outcome, Attempt attempt) {
    if (attempt.reply().isEmpty()) {
      return "unknown";
    }
    return switch (outcome) {
      case Accepted _ -> "accepted";
      case Bounced _ -> "bounced";
      case Deferred _, Expired _, Held _, Undeliverable _ -> "deferred";
    };
  }
}
