package io.portolan.metrics.report;

import io.portolan.core.database.AtOnce;
import io.portolan.metrics.report.Breakdown.Dimension;
import java.util.List;
import java.util.Map;

/**
 * Mail to one ISP in a span of time.
 *
 * @param isp its id
 * @param report counts, over time and by path; its only ISP is this one, or there is none when
 *     nothing was sent
 * @param total one group, with refusals by category; none when nothing was sent
 * @param byPath by route, port and TLS mode
 * @param bySource by local address
 * @param byDomain by sending domain
 */
public record IspDetail(
    String isp,
    Report report,
    Breakdown total,
    Breakdown byPath,
    Breakdown bySource,
    Breakdown byDomain) {

  private static final List<Dimension> PATH =
      List.of(Dimension.ROUTE, Dimension.PORT, Dimension.TLS);

  /** Reads it from the rollups, on two connections. */
  public static IspDetail read(
      ReportStore reports, BreakdownStore breakdowns, String isp, Span span) {
    Map<Dimension, String> only = Map.of(Dimension.ISP, isp);
    return AtOnce.read(
        () -> reports.ofIsp(isp, span),
        () ->
            breakdowns.of(
                span,
                only,
                List.of(List.of(), PATH, List.of(Dimension.SOURCE), List.of(Dimension.DOMAIN))),
        (report, rates) ->
            new IspDetail(isp, report, rates.get(0), rates.get(1), rates.get(2), rates.get(3)));
  }

  /** Whether anything is counted of it. */
  public boolean isEmpty() {
    return report.isps().isEmpty();
  }
}
