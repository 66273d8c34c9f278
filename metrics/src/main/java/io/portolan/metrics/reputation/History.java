package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Counts;
import java.util.Arrays;
import java.util.List;

/** What was counted in each period of {@link Window}. Not thread-safe. */
final class History {
  private final Counts[] periods = new Counts[Window.PERIODS];

  History() {
    Arrays.fill(periods, Counts.NONE);
  }

  void add(int period, Counts counts) {
    periods[period] = periods[period].plus(counts);
  }

  Counts of(List<Integer> wanted) {
    return wanted.stream().map(period -> periods[period]).reduce(Counts.NONE, Counts::plus);
  }
}
