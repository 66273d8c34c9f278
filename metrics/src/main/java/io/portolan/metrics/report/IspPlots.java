package io.portolan.metrics.report;

import io.portolan.metrics.report.Report.IspReport;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Draws ISPs as lying bars, as SVG. */
final class IspPlots {
  private static final int WIDTH = 960;
  private static final int LEFT = 170;
  private static final int RIGHT = 90;
  private static final int ROW = 22;
  private static final int MOST_ROWS = 30;

  private final StringBuilder svg;
  private int row;

  private IspPlots(String label, int rows) {
    svg =
        new StringBuilder("<svg role=img aria-label=\"")
            .append(label)
            .append("\" viewBox=\"0 0 ")
            .append(WIDTH)
            .append(' ')
            .append(Math.max(1, rows) * ROW + 6)
            .append("\" width=\"100%\">");
  }

  /** The share of each ending in the deliveries that ended, cancelled and suppressed ones aside. */
  static String endings(List<IspReport> isps) {
    List<IspReport> shown =
        isps.stream().filter(isp -> ofEndings(isp.total()) > 0).limit(MOST_ROWS).toList();
    IspPlots plot = new IspPlots("How deliveries ended, by ISP", shown.size());
    for (IspReport isp : shown) {
      Counts counts = isp.total();
      long all = ofEndings(counts);
      plot.bar(
          isp.isp(),
          Figures.number(all),
          new String[] {"ok", "bad", "soft", "block", "gone"},
          new double[] {
            (double) counts.accepted() / all,
            (double) counts.hardBounced() / all,
            (double) counts.softBounced() / all,
            (double) counts.blocked() / all,
            (double) (counts.expired() + counts.notSent()) / all
          });
    }
    return plot.end("No delivery has ended yet.");
  }

  /** From the first attempt to acceptance: the median and the 95th percentile. */
  static String acceptTimes(List<IspReport> isps) {
    List<IspReport> shown =
        isps.stream()
            .filter(isp -> isp.acceptTimes().p95Millis().isPresent())
            .limit(MOST_ROWS)
            .toList();
    double longest =
        Math.max(
            1,
            shown.stream()
                .map(isp -> isp.acceptTimes().p95Millis())
                .flatMap(Optional::stream)
                .mapToLong(Long::longValue)
                .max()
                .orElse(1));
    IspPlots plot = new IspPlots("Time to accept, by ISP", shown.size());
    for (IspReport isp : shown) {
      double median = isp.acceptTimes().medianMillis().orElse(0L) / longest;
      double p95 = isp.acceptTimes().p95Millis().orElse(0L) / longest;
      plot.bar(
          isp.isp(),
          Figures.millis(isp.acceptTimes().p95Millis()),
          new String[] {"ok", "okp"},
          new double[] {median, Math.max(0, p95 - median)});
    }
    return plot.end("Nothing was accepted yet.");
  }

  private static long ofEndings(Counts counts) {
    return counts.decided() + counts.expired() + counts.notSent();
  }

  private void bar(String label, String figure, String[] classes, double[] shares) {
    int y = row * ROW + 3;
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
            LEFT - 8,
            y + 13,
            ReportHtml.escape(label)));
    double x = LEFT;
    for (int i = 0; i < classes.length; i++) {
      double width = shares[i] * (WIDTH - LEFT - RIGHT);
      if (width > 0) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<rect class=%s x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                classes[i],
                x,
                y,
                width,
                ROW - 5));
      }
      x += width;
    }
    svg.append(
        String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%s</text>", x + 6, y + 13, figure));
    row++;
  }

  private String end(String nothing) {
    if (row == 0) {
      svg.append("<text x=60 y=17>").append(nothing).append("</text>");
    }
    return svg.append("</svg>").toString();
  }
}
