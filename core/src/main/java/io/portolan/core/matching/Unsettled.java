package io.portolan.core.matching;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers feedback that could not be applied, so that it stops no other: each is tried again with
 * pauses that double from a minute to a day. Kept in memory: another node tries for itself.
 * Thread-safe.
 */
final class Unsettled {
  private static final Logger log = LoggerFactory.getLogger(Unsettled.class);

  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);
  private static final int MOST_REMEMBERED = 10_000;

  private final Map<Long, Failure> failures = new HashMap<>();

  private record Failure(int tries, Instant notBefore) {}

  synchronized boolean isDue(long id, Instant now) {
    Failure failure = failures.get(id);
    return failure == null || !now.isBefore(failure.notBefore());
  }

  /** Tells a failure once. */
  synchronized void failed(long id, Instant now, RuntimeException why) {
    Failure before = failures.get(id);
    int tries = before == null ? 1 : before.tries() + 1;
    if (before == null) {
      log.error(
          "Feedback {} cannot be applied; the rest goes on, and it is tried again with growing"
              + " pauses",
          id,
          why);
      if (failures.size() >= MOST_REMEMBERED) {
        failures.remove(failures.keySet().iterator().next());
      }
    }
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tries - 1, 20));
    failures.put(
        id,
        new Failure(tries, now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause)));
  }

  synchronized void settled(long id) {
    failures.remove(id);
  }

  /** Forgets what another node has settled. */
  synchronized void retain(Set<Long> waiting) {
    failures.keySet().retainAll(waiting);
  }

  synchronized int size() {
    return failures.size();
  }
}
