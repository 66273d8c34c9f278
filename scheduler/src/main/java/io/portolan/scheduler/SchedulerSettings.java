package io.portolan.scheduler;

import java.time.Duration;

/**
 * How one node schedules.
 *
 * @param node this run of this node, different from any other; see {@link NodeName}
 * @param threads batches and launches at work or waiting for a lane at one time
 * @param chunkSize recipients planned in one transaction
 * @param batchesAhead batches of one campaign and platform that have a trigger at one time
 * @param checkinInterval how often a node says that it is alive; a node that has been silent for
 *     this and 7.5 s more is taken for dead, by the database's clock
 * @param reconcileInterval how often batches and campaigns without a trigger are looked for
 * @param stopGrace how long a stop waits for messages that are under way
 * @param attemptDaysKept days for which attempts are kept; 0 keeps them for ever
 */
public record SchedulerSettings(
    String node,
    int threads,
    int chunkSize,
    int batchesAhead,
    Duration checkinInterval,
    Duration reconcileInterval,
    Duration stopGrace,
    int attemptDaysKept) {

  public SchedulerSettings {
    // Quartz makes keys of up to 95 characters of it
    if (node.isEmpty() || node.length() > 70) {
      throw new IllegalArgumentException("node must have 1 to 70 characters: " + node);
    }
    if (threads < 1 || chunkSize < 1 || batchesAhead < 1 || attemptDaysKept < 0) {
      throw new IllegalArgumentException(
          "threads, chunkSize and batchesAhead must be at least 1, attemptDaysKept at least 0");
    }
    if (!checkinInterval.isPositive()
        || !reconcileInterval.isPositive()
        || stopGrace.isNegative()) {
      throw new IllegalArgumentException("intervals must be positive");
    }
  }

  /** What suits most installations. */
  public static SchedulerSettings defaults(String node) {
    return new SchedulerSettings(
        node,
        1_000,
        10_000,
        20,
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        90);
  }
}
