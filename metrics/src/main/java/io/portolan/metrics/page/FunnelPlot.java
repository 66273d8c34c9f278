package io.portolan.metrics.page;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Funnel;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws what became of the planned, as lying bars. */
final class FunnelPlot {
  private static final int WIDTH = 960;
  private static final int LEFT = 190;
  private static final int RIGHT = 230;
  private static final int ROW = 27;

  private FunnelPlot() {}

  /**
   * One bar.
   *
   * @param kind its class
   * @param share of what it is a part of; empty for the whole
   */
  record Step(String label, String kind, long count, String share) {}

  /** The whole, the parts that add up to it, then what came back about the accepted. */
  static List<Step> steps(Report report) {
    Funnel funnel = report.funnel();
    String whole = report.recipients() > 0 ? "planned" : "ended";
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(whole, "gone", funnel.planned(), ""));
    for (Funnel.Part part : funnel.parts()) {
      String share = funnel.share(part);
      steps.add(
          new Step(
              part.name(),
              kind(part),
              part.count(),
              share.isEmpty() ? "" : share + " of " + whole));
    }
    Counts total = report.total();
    Rate complaints = RateKind.COMPLAINT.of(total);
    steps.add(
        new Step(
            "complained",
            "block",
            total.returned().complaints(),
            complaints.of() == 0
                ? ""
                : Figures.percent(complaints.value())
                    + " of what was accepted where complaints are known to come back"));
    long unsubscribes = total.returned().unsubscribes();
    steps.add(
        new Step(
            "unsubscribed",
            "later",
            unsubscribes,
            total.accepted() == 0
                ? ""
                : Figures.percent((double) unsubscribes / total.accepted())
                    + " of what the next hop accepted"));
    return steps;
  }

  private static String kind(Funnel.Part part) {
    return switch (part.name()) {
      case "accepted" -> "ok";
      case "relayed" -> "okp";
      case "bounced" -> "bad";
      default -> "gone";
    };
  }

  static String svg(List<Step> steps) {
    StringBuilder svg = Page.svg("What became of the planned", WIDTH, steps.size() * ROW);
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
