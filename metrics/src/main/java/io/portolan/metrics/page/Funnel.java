package io.portolan.metrics.page;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How many of a campaign's recipients came how far, as lying bars. */
final class Funnel {
  private static final int WIDTH = 960;
  private static final int LEFT = 190;
  private static final int RIGHT = 230;
  private static final int ROW = 27;

  private Funnel() {}

  /**
   * One bar.
   *
   * @param of the bar that it is a share of, by its label; empty for the first
   */
  record Step(String label, String kind, long count, long whole, String of) {
    String share() {
      return whole == 0 || of.isEmpty()
          ? ""
          : Figures.percent((double) count / whole) + " of " + of;
    }
  }

  /** The bars, widest first, then what came back about the accepted. */
  static List<Step> steps(Report report) {
    Counts total = report.total();
    List<Step> steps = new ArrayList<>();
    String before = "";
    long whole = 0;
    if (report.recipients() > 0) {
      steps.add(new Step("planned", "gone", report.recipients(), 0, ""));
      before = "planned";
      whole = report.recipients();
    }
    steps.add(new Step("decided by a peer", "okp", total.decided(), whole, before));
    steps.add(new Step("accepted", "ok", total.accepted(), total.decided(), "decided"));
    returned(steps, "bounced later", "bad", total.returned().bounced(), total);
    returned(steps, "complained", "block", total.returned().complaints(), total);
    returned(steps, "unsubscribed", "later", total.returned().unsubscribes(), total);
    return steps;
  }

  private static void returned(
      List<Step> steps, String label, String kind, long count, Counts total) {
    steps.add(new Step(label, kind, count, total.accepted(), "accepted"));
  }

  static String svg(List<Step> steps) {
    StringBuilder svg = Page.svg("From planned to accepted and back", WIDTH, steps.size() * ROW);
    long widest = Math.max(1, steps.stream().mapToLong(Step::count).max().orElse(1));
    int y = 2;
    for (Step step : steps) {
      double width = (double) step.count() / widest * (WIDTH - LEFT - RIGHT);
      if (step.count() > 0) {
        width = Math.max(1.5, width);
      }
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text><rect class=%s x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/><text x=\"%.1f\" y=\"%d\">%s</text>",
              LEFT - 8,
              y + 15,
              step.label(),
              step.kind(),
              LEFT,
              y,
              width,
              ROW - 6,
              LEFT + width + 6,
              y + 15,
              Figures.number(step.count()) + (step.share().isEmpty() ? "" : ", " + step.share())));
      y += ROW;
    }
    return svg.append("</svg>").toString();
  }

  static HtmlTable figures(List<Step> steps) {
    HtmlTable table = new HtmlTable("Funnel", "funnel", 1, List.of("step", "messages", "share"));
    steps.forEach(
        step -> table.row("", List.of(step.label(), Figures.number(step.count()), step.share())));
    return table;
  }
}
