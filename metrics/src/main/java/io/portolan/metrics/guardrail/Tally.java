package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;

/**
 * What was counted for a test.
 *
 * @param hits of the trials, those that a guard is about
 */
record Tally(long trials, long hits) {
  static final Tally NOTHING = new Tally(0, 0);

  static Tally one(boolean isHit) {
    return new Tally(1, isHit ? 1 : 0);
  }

  Tally plus(Tally other) {
    return new Tally(trials + other.trials, hits + other.hits);
  }

  /** What it adds to the sum of a test. */
  double sum(Steps steps) {
    return hits * steps.up() + Math.max(0, trials - hits) * steps.down();
  }

  /** The numbers of an alarm, for people. */
  String words(SequentialTest test) {
    Rate rate = Rate.of(Math.min(hits, trials), trials);
    return "%s of %s: %s, where %s is usual and %s too many"
        .formatted(
            Figures.number(hits),
            Figures.number(trials),
            Figures.share(rate.value(), rate.low(), rate.high()),
            Figures.percent(test.good()),
            Figures.percent(test.bad()));
  }
}
