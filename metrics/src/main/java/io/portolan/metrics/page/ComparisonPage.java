package io.portolan.metrics.page;

import io.portolan.metrics.comparison.Comparison;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import java.util.List;
import java.util.stream.Collectors;

/** Writes what changed between two reports as one HTML page that needs nothing else. */
public final class ComparisonPage {
  private ComparisonPage() {}

  public static String write(Comparison comparison) {
    Page page = new Page("What changed");
    side(page, "Before", comparison.before());
    side(page, "After", comparison.after());
    page.section("The largest changes").sentences(comparison.sentences());
    page.section("Both side by side").table(rates(comparison));
    return page.note(
            "A rate has moved if its two shares differ by more than 3.29 standard deviations of a difference by chance, about one"
                + " case in a thousand, and at least five messages are concerned. In brackets: the interval at 95 %. What comes back"
                + " for days makes a rate of new mail lower than it will be: that such a rate fell is told of what was sent three days ago"
                + " and earlier, or of refusals at once where no relay was used.")
        .end();
  }

  private static void side(Page page, String label, Report report) {
    page.note(
        label
            + ": "
            + report.title()
            + ". "
            + ReportPage.span(report)
            + " "
            + Figures.number(report.total().accepted())
            + " accepted; more may come back about "
            + Figures.number(report.pending())
            + " of them."
            + report.leftOut().stream().map(" "::concat).collect(Collectors.joining()));
  }

  private static HtmlTable rates(Comparison comparison) {
    HtmlTable table =
        new HtmlTable("Rates before and after", "both", 1, List.of("rate", "before", "after"));
    for (RateKind kind : RateKind.values()) {
      table.row(
          "",
          List.of(
              kind.title(),
              Page.rate(kind.of(comparison.before().total())),
              Page.rate(kind.of(comparison.after().total()))));
    }
    return table;
  }
}
