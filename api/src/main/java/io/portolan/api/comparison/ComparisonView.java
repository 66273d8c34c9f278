package io.portolan.api.comparison;

import io.portolan.metrics.comparison.Comparison;
import io.portolan.metrics.comparison.Mover;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Report;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A comparison as the API shows it. */
public record ComparisonView(
    Side before,
    Side after,
    List<Mover> movers,
    List<String> slower,
    List<String> tooEarly,
    List<String> onlyBefore,
    List<String> onlyAfter) {

  /**
   * One of the two.
   *
   * @param leftOut of which of its mail the rates say nothing, in sentences
   */
  public record Side(
      String title,
      Optional<Instant> from,
      Optional<Instant> until,
      Counts counts,
      long pending,
      List<String> leftOut) {
    static Side of(Report report) {
      return new Side(
          report.title(),
          report.from(),
          report.until(),
          report.total(),
          report.pending(),
          report.leftOut());
    }
  }

  public static ComparisonView of(Comparison comparison) {
    return new ComparisonView(
        Side.of(comparison.before()),
        Side.of(comparison.after()),
        comparison.movers(),
        comparison.slower(),
        comparison.tooEarly(),
        comparison.onlyBefore(),
        comparison.onlyAfter());
  }
}
