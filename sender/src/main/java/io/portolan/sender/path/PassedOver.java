package io.portolan.sender.path;

import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.policy.EffectiveRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The paths that came before in the policy's order, and why none of them was taken. */
final class PassedOver {
  /** After this it is asked again what others who dial have found out. */
  static final Duration RECHECK = Duration.ofMillis(25);

  /** What the policy or its relays do not allow is looked at again after this. */
  static final Duration HOLD_FOR_POLICY = Duration.ofMinutes(1);

  private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);

  private final List<String> reasons = new ArrayList<>();
  private Optional<Instant> earliest = Optional.empty();
  private boolean isPending;

  void add(String reason, Instant until) {
    reasons.add(reason);
    if (earliest.isEmpty() || until.isBefore(earliest.get())) {
      earliest = Optional.of(until);
    }
  }

  void addPending(String reason) {
    reasons.add(reason);
    isPending = true;
  }

  String before(String reason) {
    return reasons.isEmpty() ? reason : words() + "; next path " + reason;
  }

  String words() {
    return String.join("; ", reasons);
  }

  Choice outcome(EffectiveRule rule, Optional<String> pinnedRoute, Instant now) {
    if (isPending) {
      return new Choice.Wait(words(), RECHECK);
    }
    if (reasons.isEmpty()) {
      String route = pinnedRoute.orElse("any");
      return new Choice.NoneOpen(
          Held.NO_PATH
              + "row "
              + rule.rule()
              + " has no path on route "
              + route
              + ", which the message is pinned to",
          now.plus(HOLD_FOR_POLICY));
    }
    Instant soonest = now.plus(SHORTEST_HOLD);
    Instant until = earliest.filter(soonest::isBefore).orElse(soonest);
    return new Choice.NoneOpen(Held.NO_PATH + words(), until);
  }
}
