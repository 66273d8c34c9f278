package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import java.util.List;
import java.util.Optional;

/**
 * Hours one after another in which complaints were many.
 *
 * @param trials accepted in them
 * @param hits complaints about what was accepted in them
 * @param sum of the steps of a test, never below 0
 */
record ComplaintRun(long trials, long hits, double sum) {
  /** One complaint, or two, are an accident. */
  private static final long FEWEST = 3;

  private static final ComplaintRun NONE = new ComplaintRun(0, 0, 0);

  /** What was accepted in an hour, and the complaints about it, whenever they came. */
  record Hour(long trials, long hits) {
    Hour plus(Hour other) {
      return new Hour(trials + other.trials, hits + other.hits);
    }

    /** What it adds to the sum of a test. */
    double sum(Steps steps) {
      return hits * steps.up() + Math.max(0, trials - hits) * steps.down();
    }
  }

  /**
   * The run with the largest sum, if that is more than chance: the peak of the cumulative sum of
   * Page (Biometrika 41, 1954). So much mail that went well before hides nothing, and neither does
   * mail that was sent after, the complaints about which are still to come.
   *
   * @param hours in the order of time
   */
  static Optional<ComplaintRun> alarm(SequentialTest test, List<Hour> hours) {
    Steps steps = test.steps();
    ComplaintRun worst = NONE;
    ComplaintRun present = NONE;
    long accepted = 0;
    for (Hour hour : hours) {
      accepted += hour.trials();
      present = present.plus(hour, steps);
      if (present.sum > worst.sum) {
        worst = present;
      }
    }
    boolean isAlarm = worst.hits >= FEWEST && worst.sum >= test.alarmWithin(accepted);
    return isAlarm ? Optional.of(worst) : Optional.empty();
  }

  private ComplaintRun plus(Hour hour, Steps steps) {
    double next = sum + hour.sum(steps);
    return next <= 0 ? NONE : new ComplaintRun(trials + hour.trials, hits + hour.hits, next);
  }
}
