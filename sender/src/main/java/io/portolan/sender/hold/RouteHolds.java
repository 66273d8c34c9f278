package io.portolan.sender.hold;

import io.portolan.core.relay.Relay;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The relays that refused our login, or us. Their mail is held, for every further trial brings the
 * account nearer to being locked; when the hold ends one session tries first.
 *
 * <p>Not thread-safe; guarded by the monitor of path health.
 */
public final class RouteHolds {
  /** How long the session that tries first keeps the others away. */
  private static final Duration TRIAL = Duration.ofMinutes(1);

  /** What was refused, and so what ends the hold before its time. */
  public enum Refused {
    /** The login: a session that opens ends it. */
    LOGIN,
    /** Our mail, on a session that was open: a message that is taken ends it. */
    MAIL
  }

  private record Hold(Relay relay, Refused refused, RouteHold what) {}

  private final Map<String, Hold> holds = new HashMap<>();

  /** Holds the mail of a relay from now on. */
  public RouteHold hold(Relay relay, Refused refused, String reply, Instant now, Duration length) {
    Hold before = holds.get(relay.name());
    Instant since = before != null && before.relay().equals(relay) ? before.what().since() : now;
    RouteHold hold = new RouteHold(relay.name(), reply, since, now.plus(length));
    holds.put(relay.name(), new Hold(relay, refused, hold));
    return hold;
  }

  /** Whether open sessions with a relay are of no use: it takes our login, and not our mail. */
  public boolean refusesMail(Relay relay, Instant now) {
    Hold hold = holds.get(relay.name());
    return hold != null && hold.refused() == Refused.MAIL && on(relay, now).isPresent();
  }

  /** The hold on a relay, unless it is over or the relay's definition has changed since. */
  public Optional<RouteHold> on(Relay relay, Instant now) {
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
  public void begin(Relay relay, Instant now) {
    holds.computeIfPresent(
        relay.name(),
        (name, hold) ->
            new Hold(
                relay,
                hold.refused(),
                new RouteHold(name, hold.what().reply(), hold.what().since(), now.plus(TRIAL))));
  }

  /** Ends a hold on a relay. */
  public void release(String route) {
    holds.remove(route);
  }

  /** Ends a hold on a relay if it was for this refusal. */
  public void release(String route, Refused refused) {
    holds.computeIfPresent(route, (_, hold) -> hold.refused() == refused ? null : hold);
  }

  /** Those in force, and those whose trial is awaited. */
  public List<RouteHold> all() {
    return holds.values().stream().map(Hold::what).toList();
  }
}
