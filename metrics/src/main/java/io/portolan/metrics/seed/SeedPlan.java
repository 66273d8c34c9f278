package io.portolan.metrics.seed;

import java.time.Duration;
import java.time.Instant;

/**
 * What to fill a database with.
 *
 * @param attempts of all campaigns together, 1 or more
 * @param campaigns 1 or more, and not more than attempts; each has an equal share of the attempts
 * @param days over which the campaigns begin, evenly, 1 to 92, which is as long as a report reads
 * @param end when the last day ends
 */
public record SeedPlan(long attempts, int campaigns, int days, Instant end) {
  /** How long a campaign sends, at most. */
  static final Duration LONGEST_CAMPAIGN = Duration.ofHours(4);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public SeedPlan {
    if (attempts < 1 || campaigns < 1 || campaigns > attempts || days < 1 || days > 92) {
      throw new IllegalArgumentException(
          attempts + " attempts, " + campaigns + " campaigns, " + days + " days");
    }
  }

  /** When the first campaign begins. */
  public Instant start() {
    return end.minus(Duration.ofDays(days));
  }

  /** When a campaign begins; the first is 0. */
  Instant startOf(int campaign) {
    return start().plus(between().multipliedBy(campaign));
  }

  /** How long each campaign sends. */
  Duration length() {
    return between().compareTo(LONGEST_CAMPAIGN) < 0 ? between() : LONGEST_CAMPAIGN;
  }

  /** The attempts of the campaigns before one, which is the number of its first. */
  long before(int campaign) {
    return Math.multiplyHigh(attempts, campaign) == 0
        ? attempts * campaign / campaigns
        : attempts / campaigns * campaign;
  }

  private Duration between() {
    return Duration.ofDays(days).dividedBy(campaigns);
  }
}
