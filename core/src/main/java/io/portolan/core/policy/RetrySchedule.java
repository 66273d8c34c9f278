package io.portolan.core.policy;

import java.time.Duration;
import java.util.List;

/**
 * When a deferred delivery is tried again, and for how long.
 *
 * @param delays the wait after the first, second … deferral; the last one repeats
 * @param lifetime from a delivery's first attempt, or until there is one from when it was first
 *     held; a retry due later than this expires instead
 */
public record RetrySchedule(List<Duration> delays, Duration lifetime) {
  /**
   * The schedule of a policy that says nothing: five to six tries on the first day, four days in
   * all.
   */
  public static final RetrySchedule DEFAULT =
      new RetrySchedule(
          List.of(
              Duration.ofMinutes(15),
              Duration.ofMinutes(30),
              Duration.ofHours(1),
              Duration.ofHours(2),
              Duration.ofHours(4),
              Duration.ofHours(8)),
          Duration.ofDays(4));

  public RetrySchedule {
    delays = List.copyOf(delays);
    if (delays.isEmpty()) {
      throw new IllegalArgumentException("a retry schedule has at least one delay");
    }
    if (!delays.stream().allMatch(Duration::isPositive) || !lifetime.isPositive()) {
      throw new IllegalArgumentException("a retry delay and a lifetime must be positive");
    }
  }

  /**
   * The wait after a deferral.
   *
   * @param attempts attempts made so far, at least 1
   * @param jitter within 0..1; spreads the wait over ±20 %
   */
  public Duration delayAfter(int attempts, double jitter) {
    Duration delay = delays.get(Math.min(attempts, delays.size()) - 1);
    return Duration.ofMillis(Math.round(delay.toMillis() * (0.8 + 0.4 * jitter)));
  }
}
