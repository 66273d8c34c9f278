package io.portolan.metrics.schedule;

import java.time.Instant;
import java.util.Optional;

/**
 * A report that is sent at set times.
 *
 * @param nextRun empty while it is not enabled
 * @param lastRun the latest run, whatever became of it
 */
public record ReportSchedule(
    long id,
    Draft draft,
    Optional<Instant> nextRun,
    Instant updatedAt,
    Optional<ReportRun> lastRun) {
  /** The longest name. */
  public static final int LONGEST_NAME = 200;

  /**
   * What people choose.
   *
   * @param name unique
   */
  public record Draft(
      String name, Topic topic, Recurrence recurrence, Recipients recipients, boolean enabled) {}
}
