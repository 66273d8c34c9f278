package io.portolan.metrics.page;

import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.PortReport;
import io.portolan.metrics.report.RateKind;
import java.util.List;

/** Writes how ports did as one HTML page that needs nothing else. */
public final class PortPage {
  private PortPage() {}

  public static String write(PortReport report) {
    Page page = new Page("Ports").note(ReportPage.span(report.report()));
    page.section("Verdicts now").table(verdicts(report.verdicts()));
    page.section("By port and route").table(ports(report));
    page.section("ISP by port").table(HeatMap.of(report.report().isps())).html(HeatMap.legend());
    page.section("By time")
        .figure(
            TimePlot.svg(report.report().intervals()),
            TimePlot.figures(report.report().intervals()))
        .legend(
            List.of(
                "ok", "accepted", "bad", "bounced", "later", "deferrals", "path", "path failures"));
    page.section("Verdicts that changed").table(changes(report.changes()));
    return page.note(
            "Attempts: messages offered to a peer. Path failures: connections that could not be opened or broke before the end of"
                + " data; they are no attempts and no bounces. Their share is of both together. Verdicts are those of this"
                + " server's network, by looks at hosts of several operators; a verdict takes two rounds that agree.")
        .end();
  }

  private static HtmlTable verdicts(List<StoredVerdict> verdicts) {
    HtmlTable table =
        new HtmlTable("Verdicts now", "verdicts", 4, List.of("port", "verdict", "since", "why"));
    for (StoredVerdict verdict : verdicts) {
      table.row(
          "",
          List.of(
              Integer.toString(verdict.port()),
              Page.escape(verdict.verdict()),
              Page.time(verdict.since()),
              Page.escape(verdict.words())));
    }
    return table;
  }

  private static HtmlTable ports(PortReport report) {
    HtmlTable table =
        new HtmlTable(
            "Ports and routes",
            "ports",
            3,
            List.of(
                "port",
                "route",
                "path failures by kind",
                "attempts",
                "accepted",
                "path failures",
                "path failure share",
                "median",
                "p95"));
    for (PortReport.Row row : report.ports()) {
      table.row(
          "",
          List.of(
              Integer.toString(row.port()),
              Page.escape(row.route()),
              BreakdownTables.kinds(row.group().pathFailures()),
              Figures.number(row.group().counts().attempts()),
              Figures.number(row.group().counts().accepted()),
              Figures.number(row.group().counts().pathFailures()),
              Page.rate(RateKind.PATH_FAILURE.of(row.group().counts())),
              Figures.millis(row.group().acceptTimes().p50()),
              Figures.millis(row.group().acceptTimes().p95())));
    }
    return table;
  }

  private static HtmlTable changes(List<VerdictChange> changes) {
    HtmlTable table =
        new HtmlTable(
            "Verdicts that changed", "changes", 5, List.of("at", "port", "from", "to", "why"));
    for (VerdictChange change : changes) {
      table.row(
          "",
          List.of(
              Page.time(change.at()),
              Integer.toString(change.port()),
              Page.escape(change.from()),
              Page.escape(change.to()),
              Page.escape(change.words())));
    }
    return table;
  }
}
