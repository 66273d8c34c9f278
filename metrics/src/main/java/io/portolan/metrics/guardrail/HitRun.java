package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/**
 * Spans of sending one after another, such as hours or minutes, in which hits were many.
 *
 * @param from when the first of them began
 * @param tally of what was sent in them, and of what came of it, whenever it came
 * @param sum of the steps of a test, never below 0
 */
record HitRun(Instant from, Tally tally, double sum) {
  private static final HitRun NONE = new HitRun(Instant.EPOCH, Tally.NOTHING, 0);

  /**
   * The run with the largest sum: the peak of the cumulative sum of Page (Biometrika 41, 1954). So
   * much mail that went well before hides nothing, and neither does mail that was sent after, of
   * which the hits are still to come.
   *
   * @param spans by when they began
   */
  static HitRun worst(Steps steps, SortedMap<Instant, Tally> spans) {
    HitRun worst = NONE;
    HitRun present = NONE;
    for (Map.Entry<Instant, Tally> span : spans.entrySet()) {
      present = present.plus(span.getKey(), span.getValue(), steps);
      if (present.sum > worst.sum) {
        worst = present;
      }
    }
    return worst;
  }

  private HitRun plus(Instant start, Tally span, Steps steps) {
    double next = sum + span.sum(steps);
    return next <= 0 ? NONE : new HitRun(sum == 0 ? start : from, tally.plus(span), next);
  }
}
