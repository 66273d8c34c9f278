package io.portolan.sender.path;

import io.portolan.core.relay.Relay;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The relays that refused our login. Their mail is held, for every further trial brings the account
 * nearer to being locked; when the hold ends one session tries first.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class RouteHolds {
  /** How long the session that tries first keeps the others away. */
  private static final Duration TRIAL = Duration.ofMinutes(1);

  private record Hold(Relay relay, RouteHold what) {}

  private final Map<String, Hold> holds = new HashMap<>();
  private final Duration length;

  RouteHolds(Duration length) {
    this.length = length;
  }

  RouteHold refused(Relay relay, String reply, Instant now) {
    Hold before = holds.get(relay.name());
    Instant since = before != null && before.relay().equals(relay) ? before.what().since() : now;
    RouteHold hold = new RouteHold(relay.name(), reply, since, now.plus(length));
    holds.put(relay.name(), new Hold(relay, hold));
    return hold;
  }

  /** The hold on a relay, unless it is over or the relay's definition has changed since. */
  Optional<RouteHold> on(Relay relay, Instant now) {
    Hold hold = holds.get(relay.name());
    if (hold == null) {
      return Optional.empty();
    }
    if (!hold.relay().equals(relay)) {
      holds.remove(relay.name());
      return Optional.empty();
    }
    return now.isBefore(hold.what().until()) ? Optional.of(hold.what()) : Optional.empty();
  }

  /** A session on the relay begins: if a hold is over, it is the one that tries first. */
  void begin(Relay relay, Instant now) {
    holds.computeIfPresent(
        relay.name(),
        (name, hold) ->
            new Hold(
                relay,
                new RouteHold(name, hold.what().reply(), hold.what().since(), now.plus(TRIAL))));
  }

  void release(String route) {
    holds.remove(route);
  }

  List<RouteHold> all() {
    return holds.values().stream().map(Hold::what).toList();
  }
}
