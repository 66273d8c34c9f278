package io.portolan.metrics.report;

import io.portolan.metrics.report.Report.Minute;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Draws stacked bars of results over time as SVG. */
final class MinutePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 220;
  private static final int LEFT = 60;
  private static final int BOTTOM = 24;
  private static final int TOP = 10;
  private static final int MOST_BARS = 240;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private MinutePlot() {}

  /** Minutes that share a bar when there are more than fit. */
  static String svg(List<Minute> minutes) {
    StringBuilder svg =
        new StringBuilder("<svg role=img aria-label=\"Results by minute\" viewBox=\"0 0 ")
            .append(WIDTH)
            .append(' ')
            .append(HEIGHT)
            .append("\" width=\"100%\">");
    if (minutes.isEmpty()) {
      return svg.append("<text x=60 y=110>Nothing was sent yet.</text></svg>").toString();
    }
    var start = minutes.getFirst().minute();
    long span = Duration.between(start, minutes.getLast().minute()).toMinutes() + 1;
    long perBar = (span + MOST_BARS - 1) / MOST_BARS;
    int bars = (int) ((span + perBar - 1) / perBar);
    long[][] counts = new long[bars][4];
    for (Minute minute : minutes) {
      long[] bar = counts[(int) (Duration.between(start, minute.minute()).toMinutes() / perBar)];
      bar[0] += minute.accepted();
      bar[1] += minute.refused();
      bar[2] += minute.deferrals();
      bar[3] += minute.pathFailures();
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
    svg.append("<text x=")
        .append(LEFT)
        .append(" y=")
        .append(HEIGHT - 6)
        .append('>')
        .append(CLOCK.format(start))
        .append(" UTC</text>");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.0f\" y=\"%d\" text-anchor=\"end\">%s</text>",
            LEFT + Math.max(bars * step, 120),
            HEIGHT - 6,
            CLOCK.format(minutes.getLast().minute())));
    return svg.append("</svg>").toString();
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
        .append(" stroke=\"#c8d2da\"/>")
        .append("<text x=4 y=")
        .append(TOP + 10)
        .append('>')
        .append(String.format(Locale.ROOT, "%,d", highest))
        .append("</text>")
        .append("<text x=4 y=")
        .append(TOP + 24)
        .append('>')
        .append(unit)
        .append("</text>");
  }
}
