package io.portolan.metrics.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a draft of the port policy would have made of a span of mail, beside the active policy and
 * what was recorded.
 *
 * @param from start of the span, a whole minute
 * @param to end of the span, exclusive, a whole minute
 * @param activeVersion of the policy that the draft is held against
 * @param known what the result rests on, in words
 * @param assumed what had to be assumed, in words
 */
public record Simulation(
    Instant from,
    Instant to,
    int activeVersion,
    Total active,
    Total draft,
    List<PathRow> paths,
    List<PlatformRow> platforms,
    List<String> known,
    List<String> assumed) {
  public Simulation {
    paths = List.copyOf(paths);
    platforms = List.copyOf(platforms);
    known = List.copyOf(known);
    assumed = List.copyOf(assumed);
  }

  /**
   * One policy's span as a whole.
   *
   * @param deliveries that it would have sent
   * @param tries messages that it would have offered, those that are deferred and offered again
   *     among them
   * @param pathFailures openings that would have failed
   * @param failureMillis that those would have taken
   * @param held deliveries that would have waited because no path was open
   * @param unsent those of the held that no path opened for within the span
   * @param expectedMillis what the mail takes within the limits, all of it at hand at the start
   */
  public record Total(
      long deliveries,
      long tries,
      long pathFailures,
      long failureMillis,
      long held,
      long unsent,
      long expectedMillis) {}

  /**
   * One path to one ISP.
   *
   * @param isHealthKnown whether anything was recorded of the path's health; else it was taken as
   *     open
   * @param avoidedFailures path failures that the draft has less than the active policy
   * @param addedFailures path failures that the draft has more
   */
  public record PathRow(
      String isp,
      String platform,
      String route,
      int port,
      String tls,
      boolean isHealthKnown,
      Volume recorded,
      Volume active,
      Volume draft,
      long avoidedFailures,
      long addedFailures) {}

  /** What goes over one path to one ISP. */
  public record Volume(long deliveries, long tries, long pathFailures, double peakPerSecond) {
    static final Volume NONE = new Volume(0, 0, 0, 0);
  }

  /** One platform's load against its limits. */
  public record PlatformRow(String platform, Load active, Load draft) {}

  /**
   * The load of a platform under one policy, in its busiest minutes.
   *
   * @param rule the row whose limits hold
   * @param peakPerSecond messages offered a second
   * @param limitPerSecond 0 for none
   * @param peakConnections that the busiest minute keeps busy
   * @param isWithin whether both peaks are within the limits; empty where the limits hold for each
   *     domain by itself
   * @param expectedMillis what the mail takes within the limits, all of it at hand at the start
   */
  public record Load(
      String rule,
      double peakPerSecond,
      double limitPerSecond,
      int peakConnections,
      int limitConnections,
      Optional<Boolean> isWithin,
      long held,
      long unsent,
      long expectedMillis) {}
}
