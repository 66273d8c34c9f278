package io.portolan.metrics.page;

import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.report.IspDetail;
import io.portolan.metrics.report.Report;

/** Writes the report of one ISP as one HTML page that needs nothing else. */
public final class IspPage {
  private IspPage() {}

  /**
   * Writes the page.
   *
   * @param reporting what may still be heard from relays
   */
  public static String write(IspDetail detail, RelayReporting reporting) {
    Report report = detail.report();
    Page page = new Page(report.title()).note(ReportPage.span(report));
    ReportPage.summary(page, report);
    ReportPage.unknown(page, report, reporting);
    ReportPage.results(page, report);
    page.section("Refusals by category, for now or for good")
        .table(BreakdownTables.categories(detail.total()));
    page.section("By route, port and TLS mode")
        .table(
            BreakdownTables.rates("Rates by route, port and TLS mode", "paths", detail.byPath()));
    page.section("By source")
        .table(BreakdownTables.rates("Rates by local address", "sources", detail.bySource()));
    page.section("By sending domain")
        .table(BreakdownTables.rates("Rates by sending domain", "domains", detail.byDomain()));
    ReportPage.returned(page, report);
    return page.html(ReportPage.DEFINITIONS).end();
  }
}
