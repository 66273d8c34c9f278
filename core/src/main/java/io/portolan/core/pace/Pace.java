package io.portolan.core.pace;

import io.portolan.core.isp.Isp;
import io.portolan.core.policy.ActivePolicy;
import io.portolan.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pace of a platform that throttled us: additive increase, multiplicative decrease (Chiu and
 * Jain 1989). It says what holds at any moment, so that all nodes agree without a word: nothing
 * until {@code resumesAt}, then {@code rate}, and with each clean minute more.
 *
 * @param lane the platform, {@code other/} and a domain of no known ISP, or {@code relay/} and the
 *     name of a relay
 * @param rate messages a second when it resumes; 0 for no limit, as of relays
 * @param connections when it resumes
 * @param reached messages a second at which it was throttled last
 * @param peak the highest rate at which it was throttled since it was slowed down first
 * @param barren how many bursts of throttle replies in a row came without a message taken between
 * @param slowedAt when the latest burst began
 * @param resumesAt the end of the cool-down
 * @param reply that told so
 */
public record Pace(
    String lane,
    double rate,
    int connections,
    double reached,
    double peak,
    int barren,
    Instant slowedAt,
    Instant resumesAt,
    String reply) {
  /** Throttle replies to what was offered within this time of the first one count as one. */
  public static final Duration BURST = Duration.ofSeconds(60);

  /** The slowest: a message a minute. */
  public static final double FLOOR = 1.0 / 60;

  /** Where a platform is slowed down first, little that it took may mean that little was sent. */
  private static final double UNKNOWN = 6.0 / 60;

  private static final Duration CLEAN = Duration.ofMinutes(1);

  /** What a clean minute adds, as a part of the rate at which it was throttled. */
  private static final double STEP = 0.05;

  /** Up to the longest doubled cool-down. */
  private static final Duration LONGEST_DOUBLED = Duration.ofHours(1);

  /** The slots carry equal shares, and one that sends more seldom than this is given up. */
  private static final double SECONDS_A_SLOT = 10;

  /** Where a policy has no rate, this many times the peak is taken for as good as none. */
  private static final double LIFT = 2;

  private static final String OF_RELAY = "relay/";

  /** The lane by which the pace of a relay goes. */
  public static String ofRelay(String route) {
    return OF_RELAY + route;
  }

  /** Whether it is a relay's, of which there are cool-downs and no rate. */
  public boolean isOfRelay() {
    return isOfRelay(lane);
  }

  private static boolean isOfRelay(String lane) {
    return lane.startsWith(OF_RELAY);
  }

  /** A policy's limits of a lane; it has none of relays. */
  public static Limits limits(String lane, ActivePolicy policy) {
    if (isOfRelay(lane)) {
      return Limits.DEFAULT;
    }
    String other = Isp.OTHER.platform();
    String platform = lane.startsWith(other + "/") ? other : lane;
    return policy.ruleFor(platform, platform).limits();
  }

  /**
   * What a throttle reply makes of a pace. A reply of the burst that slowed it down leaves it.
   *
   * @param before null where the policy's limits held
   */
  public static Pace slowed(@Nullable Pace before, Throttle throttle) {
    if (before != null && before.covers(throttle)) {
      return before;
    }
    // as the database keeps it, so that what it gives back is equal
    Instant now = throttle.at().truncatedTo(ChronoUnit.MICROS);
    int barren =
        before != null && throttle.lastTaken().isBefore(before.slowedAt())
            ? before.barren() + 1
            : 0;
    Instant resumesAt = now.plus(coolDown(throttle.coolDown(), barren));
    if (isOfRelay(throttle.lane())) {
      return new Pace(throttle.lane(), 0, 1, 0, 0, barren, now, resumesAt, throttle.reply());
    }
    Limits limits = throttle.limits();
    double allowed =
        before != null
            ? before.rate(throttle.at(), limits)
            : limits.messagesPerSecond() > 0 ? limits.messagesPerSecond() : Double.MAX_VALUE;
    int open = before != null ? before.connections(throttle.at(), limits) : limits.connections();
    double least = before == null ? 2 * UNKNOWN : 2 * FLOOR;
    double base = Math.min(allowed, Math.max(throttle.taken(), least));
    return new Pace(
        throttle.lane(),
        Math.min(allowed, Math.max(FLOOR, base / 2)),
        Math.max(1, open / 2),
        base,
        before == null ? base : Math.max(base, before.peak()),
        barren,
        now,
        resumesAt,
        throttle.reply());
  }

  private static Duration coolDown(Duration first, int barren) {
    Duration most = first.compareTo(LONGEST_DOUBLED) > 0 ? first : LONGEST_DOUBLED;
    Duration length = first;
    for (int i = 0; i < barren && length.compareTo(most) < 0; i++) {
      length = length.multipliedBy(2);
    }
    return length.compareTo(most) < 0 ? length : most;
  }

  /** Whether a throttle reply belongs to the burst that slowed this down. */
  boolean covers(Throttle throttle) {
    // nothing but its cool-down slows a relay, so that what it refuses after that is news
    return throttle.offeredAt().isBefore(isOfRelay() ? resumesAt : slowedAt.plus(BURST));
  }

  Pace resumingAt(Instant later, String because) {
    return new Pace(
        lane,
        rate,
        connections,
        reached,
        peak,
        barren,
        slowedAt,
        later.truncatedTo(ChronoUnit.MICROS),
        because);
  }

  /** Whether nothing may be sent. */
  public boolean isCoolingDown(Instant now) {
    return now.isBefore(resumesAt);
  }

  /** Messages a second, over all connections; never above the policy's. */
  public double rate(Instant now, Limits policy) {
    double ceiling = ceiling(policy);
    double present = rate;
    for (long minute = cleanMinutes(now); minute > 0 && present < ceiling; minute--) {
      present = next(present);
    }
    return Math.min(present, ceiling);
  }

  /** Connections at one time; never above the policy's. */
  public int connections(Instant now, Limits policy) {
    long open = connections + cleanMinutes(now);
    long useful = Math.max(1, (long) (rate(now, policy) * SECONDS_A_SLOT));
    return (int) Math.min(policy.connections(), Math.min(open, useful));
  }

  /**
   * When it will have come up to what the policy allows, if no reply slows it down again. A relay's
   * cool-down is remembered for as long again as it took, for the next one may be twice as long.
   */
  public Instant overAt(Limits policy) {
    if (isOfRelay()) {
      return resumesAt.plus(Duration.between(slowedAt, resumesAt));
    }
    long minutes = 0;
    for (double present = rate; present < ceiling(policy); present = next(present)) {
      minutes++;
    }
    return resumesAt.plus(
        CLEAN.multipliedBy(Math.max(minutes, policy.connections() - connections)));
  }

  private double ceiling(Limits policy) {
    return policy.messagesPerSecond() > 0 ? policy.messagesPerSecond() : LIFT * peak;
  }

  /** By equal steps up to where it was throttled, and in proportion beyond. */
  private double next(double present) {
    return present + Math.max(STEP * Math.max(reached, present), FLOOR);
  }

  private long cleanMinutes(Instant now) {
    return now.isBefore(resumesAt) ? 0 : Duration.between(resumesAt, now).dividedBy(CLEAN);
  }
}
