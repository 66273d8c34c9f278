package io.portolan.metrics.report;

import io.portolan.core.database.AtOnce;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.Breakdown.Group;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How ports did in a span of time.
 *
 * @param report the ISPs with their paths
 * @param ports by port and route, in order of port
 * @param verdicts what this network's rounds of looks say of each port now
 * @param changes of verdicts within the span, the latest first
 */
public record PortReport(
    Report report, List<Row> ports, List<StoredVerdict> verdicts, List<VerdictChange> changes) {
  /** More than anybody reads. */
  private static final int MOST_CHANGES = 500;

  /** One port of one route, with path failures by kind. */
  public record Row(int port, String route, Group group) {}

  /** Reads it from the rollups, on two connections, and what is known of ports. */
  public static PortReport read(
      ReportStore reports, BreakdownStore breakdowns, PortVerdictStore verdicts, Span span) {
    return AtOnce.read(
        () -> reports.ofSpan(span.from(), span.until()),
        () -> breakdowns.of(span, List.of(Dimension.ROUTE, Dimension.PORT), Map.of()),
        (report, rates) ->
            new PortReport(report, rows(rates), verdicts.all(), changes(verdicts, span)));
  }

  private static List<Row> rows(Breakdown rates) {
    return rates.groups().stream()
        .filter(group -> !value(group, Dimension.ROUTE).isEmpty())
        .map(
            group ->
                new Row(
                    Integer.parseInt(value(group, Dimension.PORT)),
                    value(group, Dimension.ROUTE),
                    group))
        .sorted(Comparator.comparingInt(Row::port).thenComparing(Row::route))
        .toList();
  }

  private static List<VerdictChange> changes(PortVerdictStore verdicts, Span span) {
    return verdicts.changes(Optional.empty(), Long.MAX_VALUE, MOST_CHANGES).items().stream()
        .filter(change -> !change.at().isBefore(span.from()) && change.at().isBefore(span.until()))
        .toList();
  }

  private static String value(Group group, Dimension dimension) {
    return group.key().getOrDefault(dimension, "");
  }
}
