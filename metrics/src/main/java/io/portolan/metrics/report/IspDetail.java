package io.portolan.metrics.report;

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

  /** Reads it from the rollups. */
  public static IspDetail read(
      ReportStore reports, BreakdownStore breakdowns, String isp, Span span) {
    Map<Dimension, String> only = Map.of(Dimension.ISP, isp);
    return new IspDetail(
        isp,
        reports.ofIsp(isp, span),
        breakdowns.of(span, List.of(), only),
        breakdowns.of(span, List.of(Dimension.ROUTE, Dimension.PORT, Dimension.TLS), only),
        breakdowns.of(span, List.of(Dimension.SOURCE), only),
        breakdowns.of(span, List.of(Dimension.DOMAIN), only));
  }

  /** Whether anything is counted of it. */
  public boolean isEmpty() {
    return report.isps().isEmpty();
  }
}
