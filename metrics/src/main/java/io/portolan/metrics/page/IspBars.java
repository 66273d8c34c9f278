package io.portolan.metrics.page;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Report.IspReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Draws ISPs as lying bars, as SVG. */
final class IspBars {
  private static final int WIDTH = 960;
  private static final int LEFT = 170;
  private static final int RIGHT = 90;
  private static final int ROW = 22;
  private static final int MOST_ROWS = 30;
  private static final int MOST_CATEGORIES = 8;
  private static final String REST = "others";

  private final StringBuilder svg;
  private int row;

  private IspBars(String label, int rows) {
    svg = Page.svg(label, WIDTH, Math.max(1, rows) * ROW + 6);
  }

  /** The share of each ending in the deliveries that ended, cancelled and suppressed ones aside. */
  static String endings(List<IspReport> isps) {
    List<IspReport> shown =
        isps.stream().filter(isp -> ofEndings(isp.total()) > 0).limit(MOST_ROWS).toList();
    IspBars plot = new IspBars("How deliveries ended, by ISP", shown.size());
    for (IspReport isp : shown) {
      Counts counts = isp.total();
      long all = ofEndings(counts);
      plot.bar(
          isp.isp(),
          Figures.number(all),
          new String[] {"ok", "okp", "bad", "soft", "block", "gone"},
          new double[] {
            (double) (counts.accepted() - counts.relayed()) / all,
            (double) counts.relayed() / all,
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
    IspBars plot = new IspBars("Time to accept, by ISP", shown.size());
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

  /**
   * How many bounces of each category.
   *
   * @param kinds as {@link #categories} names them
   */
  static String bounces(List<IspReport> isps, List<String> kinds) {
    List<IspReport> shown = isps.stream().filter(isp -> bounces(isp) > 0).limit(MOST_ROWS).toList();
    double most = Math.max(1, shown.stream().mapToLong(IspBars::bounces).max().orElse(1));
    IspBars bars = new IspBars("Bounces by ISP and category", shown.size());
    String[] classes = new String[kinds.size()];
    Arrays.setAll(classes, IspBars::categoryClass);
    for (IspReport isp : shown) {
      double[] shares = new double[kinds.size()];
      Arrays.setAll(shares, i -> count(isp, kinds, kinds.get(i)) / most);
      bars.bar(isp.isp(), Figures.number(bounces(isp)), classes, shares);
    }
    return bars.end("Nothing has bounced.");
  }

  static HtmlTable bounceFigures(List<IspReport> isps, List<String> kinds) {
    List<String> headings = new ArrayList<>(List.of("ISP"));
    headings.addAll(kinds);
    HtmlTable table = new HtmlTable("Bounces by ISP and category", "bounces", 1, headings);
    for (IspReport isp : isps) {
      List<String> cells = new ArrayList<>(List.of(Page.escape(isp.isp())));
      kinds.forEach(kind -> cells.add(Figures.number(count(isp, kinds, kind))));
      table.row("", cells);
    }
    return table;
  }

  /** The categories with most bounces, the most frequent first, and {@value #REST} for others. */
  static List<String> categories(List<IspReport> isps) {
    Map<String, Long> counts = new TreeMap<>();
    isps.forEach(
        isp -> isp.bounces().forEach((category, n) -> counts.merge(category, n, Long::sum)));
    List<String> kinds =
        new ArrayList<>(
            counts.keySet().stream()
                .sorted(
                    Comparator.comparingLong(
                        (String category) -> -counts.getOrDefault(category, 0L)))
                .toList());
    if (kinds.size() > MOST_CATEGORIES) {
      kinds.subList(MOST_CATEGORIES - 1, kinds.size()).clear();
      kinds.add(REST);
    }
    return kinds;
  }

  /** The class of a category's colour, by its place. */
  static String categoryClass(int place) {
    return "c" + place;
  }

  private static long count(IspReport isp, List<String> kinds, String kind) {
    return kind.equals(REST)
        ? isp.bounces().entrySet().stream()
            .filter(entry -> !kinds.contains(entry.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum()
        : isp.bounces().getOrDefault(kind, 0L);
  }

  private static long bounces(IspReport isp) {
    return isp.bounces().values().stream().mapToLong(Long::longValue).sum();
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
            Page.escape(label)));
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
