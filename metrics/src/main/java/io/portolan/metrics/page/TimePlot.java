package io.portolan.metrics.page;

import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Report.Interval;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Draws stacked bars of results over time as SVG. */
final class TimePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 220;
  private static final int LEFT = 60;
  private static final int BOTTOM = 24;
  private static final int TOP = 10;
  private static final long MINUTES_OF_A_DAY = 24 * 60;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private TimePlot() {}

  static String svg(List<Interval> intervals) {
    StringBuilder svg = Page.svg("Results by time", WIDTH, HEIGHT);
    if (intervals.isEmpty()) {
      return svg.append("<text x=60 y=110>Nothing was sent yet.</text></svg>").toString();
    }
    Instant start = intervals.getFirst().start();
    long perBar = intervals.getFirst().minutes();
    int bars =
        (int) (Duration.between(start, intervals.getLast().start()).toMinutes() / perBar) + 1;
    long[][] counts = new long[bars][];
    Arrays.fill(counts, new long[4]);
    for (Interval interval : intervals) {
      counts[(int) (Duration.between(start, interval.start()).toMinutes() / perBar)] =
          new long[] {
            interval.accepted(), interval.bounced(), interval.deferrals(), interval.pathFailures()
          };
    }
    long highest = 1;
    for (long[] bar : counts) {
      highest = Math.max(highest, bar[0] + bar[1] + bar[2] + bar[3]);
    }
    double step = Math.min(40, (double) (WIDTH - LEFT - 10) / bars);
    int usable = HEIGHT - BOTTOM - TOP;
    String[] classes = {"ok", "bad", "later", "path"};
    for (int i = 0; i < bars; i++) {
      double y = HEIGHT - BOTTOM;
      for (int kind = 0; kind < classes.length; kind++) {
        double height = (double) counts[i][kind] * usable / highest;
        y -= height;
        if (height > 0) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<rect class=%s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                  classes[kind],
                  LEFT + i * step,
                  y,
                  Math.max(1, step - 1),
                  height));
        }
      }
    }
    axis(svg, highest, perBar);
    DateTimeFormatter clock = bars * perBar < MINUTES_OF_A_DAY ? CLOCK : DAY;
    svg.append("<text x=")
        .append(LEFT)
        .append(" y=")
        .append(HEIGHT - 6)
        .append('>')
        .append(clock.format(start))
        .append(" UTC</text>");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.0f\" y=\"%d\" text-anchor=\"end\">%s</text>",
            LEFT + Math.max(bars * step, 260),
            HEIGHT - 6,
            clock.format(intervals.getLast().start())));
    return svg.append("</svg>").toString();
  }

  static HtmlTable figures(List<Interval> intervals) {
    HtmlTable table =
        new HtmlTable(
            "Results by time",
            "",
            1,
            List.of("from", "minutes", "accepted", "bounced", "deferrals", "path failures"));
    for (Interval interval : intervals) {
      table.row(
          "",
          List.of(
              Page.time(interval.start()),
              Integer.toString(interval.minutes()),
              Figures.number(interval.accepted()),
              Figures.number(interval.bounced()),
              Figures.number(interval.deferrals()),
              Figures.number(interval.pathFailures())));
    }
    return table;
  }

  private static void axis(StringBuilder svg, long highest, long perBar) {
    String unit = perBar == 1 ? "a minute" : "in " + perBar + " minutes";
    svg.append("<line x1=")
        .append(LEFT)
        .append(" x2=")
        .append(WIDTH - 10)
        .append(" y1=")
        .append(HEIGHT - BOTTOM)
        .append(" y2=")
        .append(HEIGHT - BOTTOM)
        .append(" class=axis />")
        .append("<text x=4 y=")
        .append(TOP + 10)
        .append('>')
        .append(Figures.number(highest))
        .append("</text>")
        .append("<text x=4 y=")
        .append(TOP + 24)
        .append('>')
        .append(unit)
        .append("</text>");
  }
}
