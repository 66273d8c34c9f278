package io.portolan.api.reports;

import io.portolan.api.rates.RatesView;
import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.report.IspDetail;

/** The report of one ISP, as the API shows it. */
public record IspReportView(
    String isp,
    ReportView report,
    RatesView total,
    RatesView byPath,
    RatesView bySource,
    RatesView byDomain) {
  public static IspReportView of(IspDetail detail, RelayReporting reporting) {
    return new IspReportView(
        detail.isp(),
        ReportView.of(detail.report(), reporting),
        RatesView.of(detail.total()),
        RatesView.of(detail.byPath()),
        RatesView.of(detail.bySource()),
        RatesView.of(detail.byDomain()));
  }
}
