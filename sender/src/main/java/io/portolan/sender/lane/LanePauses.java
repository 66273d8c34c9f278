package io.portolan.sender.lane;

import io.portolan.core.policy.Path;
import io.portolan.sender.path.PathChoice.Pause;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the pause rules of the policy closed for one lane: all of it, or its mail on one route from
 * one source. Never one port alone: the peer's answer proved it open, and another port of the same
 * peer would get the same answer.
 *
 * <p>Thread-safe.
 */
final class LanePauses {
  private record Way(String route, String source) {
    static Way of(Path path) {
      return new Way(path.route(), path.source());
    }
  }

  private final Map<Way, Pause> ways = new HashMap<>();
  private Pause whole = new Pause("", Instant.MIN);

  /**
   * Closes the whole lane.
   *
   * @return whether it was open
   */
  synchronized boolean pause(Pause pause, Instant now) {
    boolean wasOpen = !isRunning(whole, now);
    whole = later(whole, pause);
    return wasOpen;
  }

  /**
   * Closes a path's route from its source.
   *
   * @return whether it was open
   */
  synchronized boolean pause(Path path, Pause pause, Instant now) {
    ways.values().removeIf(each -> !isRunning(each, now));
    boolean wasOpen = !ways.containsKey(Way.of(path));
    ways.merge(Way.of(path), pause, LanePauses::later);
    return wasOpen;
  }

  synchronized Optional<Pause> whole(Instant now) {
    return Optional.of(whole).filter(pause -> isRunning(pause, now));
  }

  synchronized Optional<Pause> on(Path path, Instant now) {
    return Optional.ofNullable(ways.get(Way.of(path))).filter(pause -> isRunning(pause, now));
  }

  /** When the last of them ends; long past when there is none. */
  synchronized Instant end() {
    return ways.values().stream()
        .map(Pause::until)
        .reduce(whole.until(), (a, b) -> a.isAfter(b) ? a : b);
  }

  private static boolean isRunning(Pause pause, Instant now) {
    return now.isBefore(pause.until());
  }

  /** A shorter pause does not cut a longer one. */
  private static Pause later(Pause old, Pause latest) {
    return latest.until().isAfter(old.until()) ? latest : old;
  }
}
