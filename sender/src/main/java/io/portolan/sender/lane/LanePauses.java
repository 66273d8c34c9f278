package io.portolan.sender.lane;

import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.policy.Path;
import io.portolan.sender.path.PathChoice.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is closed for one lane for a while: all of it, or its mail on one route from one source, by
 * the pause rules of the policy, or because the platform refuses that source. Never one port alone:
 * the peer's answer proved it open, and another port of the same peer would get the same answer.
 * That none of an ISP's ways was open is noted for people; which are open path health knows.
 *
 * <p>Thread-safe.
 */
final class LanePauses {
  private record Way(String route, String source) {
    static Way of(Path path) {
      return new Way(path.route(), path.source());
    }
  }

  /** What is held until a way may be open again comes back within this. */
  private static final Duration RETURN = Duration.ofMinutes(1);

  /** The most that is held back before a trial, unless a policy's first retry comes later. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Map<Way, Pause> ways = new HashMap<>();
  // without an acceptance in between
  private final Map<Way, Integer> refusals = new HashMap<>();
  private final Map<Way, Integer> closings = new HashMap<>();
  // ISPs whose mail found no way open, until when it is held
  private final Map<String, Instant> closed = new HashMap<>();
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

  /** The platform took a message of a path's route and source. */
  synchronized void accepted(Path path) {
    // asked for every message, and hardly ever is there anything to forget
    if (!refusals.isEmpty()) {
      refusals.remove(Way.of(path));
      closings.remove(Way.of(path));
    }
  }

  /**
   * The platform distrusts a path's source. Counting and closing are one step, or workers that are
   * refused at once would each close the way, and for longer each time.
   *
   * @param enough so many in a row, and then each that fails when the time is over, close the way
   * @param first for how long at first; longer with each trial that fails
   * @return until when it is closed now; empty when it is open, or was closed already
   */
  synchronized Optional<Instant> refused(
      Path path, int enough, Instant now, Duration first, String reason) {
    Way way = Way.of(path);
    int inARow = Math.min(enough, refusals.merge(way, 1, Integer::sum));
    refusals.put(way, inARow);
    if (inARow < enough || on(path, now).isPresent()) {
      return Optional.empty();
    }
    int before = closings.merge(way, 1, Integer::sum) - 1;
    Instant until = now.plus(length(before, first));
    pause(path, new Pause(reason, until), now);
    return Optional.of(until);
  }

  /** The first length, doubled by each trial that failed, up to an hour. */
  static Duration length(int failed, Duration first) {
    Duration most = first.compareTo(LONGEST) > 0 ? first : LONGEST;
    Duration length = first;
    for (int i = 0; i < failed && length.compareTo(most) < 0; i++) {
      length = length.multipliedBy(2);
    }
    return length.compareTo(most) < 0 ? length : most;
  }

  /** Notes whether a delivery found a way for the mail of its ISP, or none of its ways open. */
  synchronized void found(LineOpener.Result result, ClaimedDelivery delivery) {
    if (result instanceof LineOpener.Open) {
      closed.remove(delivery.isp());
    } else if (result instanceof LineOpener.Closed none && delivery.pinnedRoute().isEmpty()) {
      closed.put(delivery.isp(), none.until());
    }
  }

  /** Whether mail to an ISP is held because none of its ways was open. */
  synchronized boolean isClosed(Instant now) {
    closed.values().removeIf(until -> !now.isBefore(until.plus(RETURN)));
    return !closed.isEmpty();
  }

  synchronized Optional<Pause> whole(Instant now) {
    return Optional.of(whole).filter(pause -> isRunning(pause, now));
  }

  synchronized Optional<Pause> on(Path path, Instant now) {
    return Optional.ofNullable(ways.get(Way.of(path))).filter(pause -> isRunning(pause, now));
  }

  /** Whether paths differ in their port at most. */
  static boolean isSameWay(Path one, Path other) {
    return Way.of(one).equals(Way.of(other));
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
