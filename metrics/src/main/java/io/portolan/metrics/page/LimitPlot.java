package io.portolan.metrics.page;

import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.reputation.Distance;
import java.util.List;
import java.util.Locale;

/**
 * Draws how far rates are from their limits: the rate as a dot, its bounds at 95 % as a bar, on a
 * scale on which each limit is at the same place. What is further than twice the limit is cut off.
 */
final class LimitPlot {
  private static final int WIDTH = 960;
  private static final int ROW = 24;
  private static final int TOP = 22;
  private static final int LEFT = 380;
  private static final int RIGHT = 20;
  private static final double MOST = 2;
  private static final int MOST_ROWS = 40;
  private static final int LONGEST = 60;

  private LimitPlot() {}

  /** Those that can be drawn: of a limit above 0, of which something is known. */
  static List<Distance> drawable(List<Distance> distances) {
    return distances.stream()
        .filter(each -> each.threshold().limit() > 0 && each.rate().of() > 0)
        .limit(MOST_ROWS)
        .toList();
  }

  static String svg(List<Distance> distances) {
    int height = TOP + ROW * distances.size() + 6;
    StringBuilder svg = Page.svg("Rates against their limits", WIDTH, height);
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=%d y=14>0</text><text x=%.0f y=14 text-anchor=middle>the limit</text>"
                + "<text x=%d y=14 text-anchor=end>twice the limit</text>",
            LEFT,
            x(1),
            WIDTH - RIGHT));
    for (int i = 0; i < distances.size(); i++) {
      row(svg, distances.get(i), TOP + ROW * i + ROW / 2);
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"limit\" x1=%.1f x2=%.1f y1=%d y2=%d />",
            x(1),
            x(1),
            TOP,
            height));
    return svg.append("</svg>").toString();
  }

  private static void row(StringBuilder svg, Distance distance, int y) {
    Rate rate = distance.rate();
    double limit = distance.threshold().limit();
    String kind =
        switch (distance.verdict()) {
          case BELOW -> "ok";
          case ABOVE -> "bad";
          case CANNOT_TELL -> "later";
          case NOT_SEEN -> "gone";
        };
    svg.append("<text x=4 y=").append(y + 4).append('>').append(Page.escape(label(distance)));
    svg.append(
        String.format(
            Locale.ROOT,
            "</text><rect class=\"%s band2\" x=%.1f y=%d width=%.1f height=8 />"
                + "<circle class=%s cx=%.1f cy=%d r=5 />",
            kind,
            x(rate.low() / limit),
            y - 4,
            Math.max(1, x(rate.high() / limit) - x(rate.low() / limit)),
            kind,
            x(rate.value() / limit),
            y));
  }

  private static String label(Distance distance) {
    String text =
        distance.threshold().owner()
            + ", "
            + (distance.subject().isEmpty() ? "" : distance.subject() + ", ")
            + distance.threshold().measure().title()
            + ", "
            + Figures.percent(distance.threshold().limit());
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  private static double x(double share) {
    return LEFT + Math.min(MOST, share) / MOST * (WIDTH - LEFT - RIGHT);
  }
}
