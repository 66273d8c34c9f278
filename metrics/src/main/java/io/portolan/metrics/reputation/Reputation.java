package io.portolan.metrics.reputation;

import io.portolan.metrics.report.Report.Interval;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The reputation report.
 *
 * @param until end of the spans, a whole hour: that under way is in
 * @param window the span that is scored
 * @param signals the worst first, those without a score last
 * @param thresholds the limits in force
 * @param distances from them
 * @param days of the last thirty, those on which something was sent
 * @param complete false when there were more signals than a report shows
 */
public record Reputation(
    Instant until,
    Window window,
    Filter filter,
    List<Signal> signals,
    Thresholds thresholds,
    List<Distance> distances,
    List<Interval> days,
    boolean complete) {
  public Reputation {
    signals = List.copyOf(signals);
    distances = List.copyOf(distances);
    days = List.copyOf(days);
  }

  /** What to report on; empty parts do not restrict. */
  public record Filter(
      Optional<String> isp,
      Optional<String> route,
      Optional<String> source,
      Optional<String> domain) {
    /** Everything. */
    public static final Filter ALL =
        new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
