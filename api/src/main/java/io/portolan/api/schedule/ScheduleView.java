package io.portolan.api.schedule;

import io.portolan.metrics.schedule.ReportRun;
import io.portolan.metrics.schedule.ReportSchedule;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A report schedule, as the API shows it. */
record ScheduleView(
    long id,
    ScheduleBody settings,
    Optional<Instant> nextRun,
    Instant updatedAt,
    Optional<Run> lastRun) {

  /** What became of a run at one address or webhook. */
  record To(String to, boolean taken, boolean settled, String words) {}

  /**
   * A run.
   *
   * @param state open, sent or failed
   * @param nextTry while it is open
   * @param trouble what went wrong last; empty if nothing did
   */
  record Run(
      long id,
      Instant due,
      boolean requested,
      String state,
      int tries,
      Optional<Instant> nextTry,
      String trouble,
      Optional<Instant> endedAt,
      List<To> to) {
    static Run of(ReportRun run) {
      return new Run(
          run.id(),
          run.dueAt(),
          run.requested(),
          run.state().id(),
          run.tries(),
          run.state() == ReportRun.State.OPEN ? Optional.of(run.notBefore()) : Optional.empty(),
          run.trouble(),
          run.endedAt(),
          run.outcomes().entrySet().stream()
              .map(
                  each ->
                      new To(
                          each.getKey(),
                          each.getValue().taken(),
                          each.getValue().settled(),
                          each.getValue().words()))
              .toList());
    }
  }

  static ScheduleView of(ReportSchedule schedule) {
    return new ScheduleView(
        schedule.id(),
        ScheduleBody.of(schedule.draft()),
        schedule.nextRun(),
        schedule.updatedAt(),
        schedule.lastRun().map(Run::of));
  }
}
