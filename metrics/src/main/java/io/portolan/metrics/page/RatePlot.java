package io.portolan.metrics.page;

import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Draws the hard bounce and the block rate over time as lines, their bounds at 95 % as bands.
 * Neighbouring intervals are put together until there are few enough for bounds that say something.
 */
final class RatePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 220;
  private static final int LEFT = 60;
  private static final int RIGHT = 10;
  private static final int TOP = 12;
  private static final int BOTTOM = 24;
  private static final int MOST_POINTS = 40;
  private static final double LEAST_SCALE = 0.01;
  private static final double HEADROOM = 1.3;

  private final StringBuilder svg = Page.svg("Rates by time, with bounds", WIDTH, HEIGHT);
  private final List<Interval> points;
  private final double scale;

  private RatePlot(List<Interval> points) {
    this.points = points;
    double highest = LEAST_SCALE;
    for (Interval point : points) {
      highest =
          Math.max(highest, Math.max(point.hardBounceRate().value(), point.blockRate().value()));
    }
    scale = Math.min(1, highest * HEADROOM);
  }

  /**
   * Intervals that are put together, so that 40 are left at most; those of which nothing is known
   * are not.
   */
  static List<Interval> points(List<Interval> intervals) {
    if (intervals.isEmpty()) {
      return List.of();
    }
    Instant start = intervals.getFirst().start();
    long whole =
        Duration.between(start, intervals.getLast().start()).toMinutes()
            + intervals.getLast().minutes();
    int minutes = (int) Math.max(intervals.getFirst().minutes(), Math.ceilDiv(whole, MOST_POINTS));
    List<Interval> points = new ArrayList<>();
    for (Interval interval : intervals) {
      long place = Duration.between(start, interval.start()).toMinutes() / minutes;
      Instant at = start.plus(Duration.ofMinutes(place * minutes));
      if (!points.isEmpty() && points.getLast().start().equals(at)) {
        points.add(points.removeLast().plus(interval));
      } else {
        points.add(interval.widened(at, minutes));
      }
    }
    return points.stream().filter(point -> point.known() > 0).toList();
  }

  static String svg(List<Interval> points) {
    return new RatePlot(points).draw();
  }

  static HtmlTable figures(List<Interval> points) {
    HtmlTable table =
        new HtmlTable(
            "Rates by time",
            "ratesbytime",
            1,
            List.of("from", "minutes", "hard bounce rate", "block rate"));
    for (Interval point : points) {
      table.row(
          "",
          List.of(
              Page.time(point.start()),
              Integer.toString(point.minutes()),
              Page.rate(point.hardBounceRate()),
              Page.rate(point.blockRate())));
    }
    return table;
  }

  private String draw() {
    if (points.isEmpty()) {
      return svg.append("<text x=60 y=110>Nothing is known yet of what ISPs decided.</text></svg>")
          .toString();
    }
    series("block", Interval::blockRate);
    series("bad", Interval::hardBounceRate);
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=axis x1=%d x2=%d y1=%d y2=%d /><text x=4 y=%d>%s</text><text x=4 y=%d>0 %%</text>",
            LEFT,
            WIDTH - RIGHT,
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM,
            TOP + 8,
            Figures.percent(scale),
            HEIGHT - BOTTOM));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=%d y=%d>%s</text><text x=%d y=%d text-anchor=end>%s</text>",
            LEFT,
            HEIGHT - 6,
            Page.time(points.getFirst().start()),
            WIDTH - RIGHT,
            HEIGHT - 6,
            Page.time(points.getLast().start())));
    return svg.append("</svg>").toString();
  }

  private void series(String kind, Function<Interval, Rate> rate) {
    StringBuilder upper = new StringBuilder();
    StringBuilder lower = new StringBuilder();
    StringBuilder line = new StringBuilder();
    for (Interval point : points) {
      Rate value = rate.apply(point);
      line.append(place(point, value.value()));
      upper.append(place(point, value.high()));
      lower.insert(0, place(point, value.low()));
    }
    svg.append("<polygon class=\"band ").append(kind).append("\" points=\"");
    svg.append(upper).append(lower).append("\"/><polyline class=\"line ").append(kind);
    svg.append("\" points=\"").append(line).append("\"/>");
    for (Interval point : points) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle class=%s cx=\"%.1f\" cy=\"%.1f\" r=2.5 />",
              kind,
              x(point),
              y(rate.apply(point).value())));
    }
  }

  private String place(Interval point, double share) {
    return String.format(Locale.ROOT, "%.1f,%.1f ", x(point), y(share));
  }

  private double x(Interval point) {
    Instant start = points.getFirst().start();
    long whole = Duration.between(start, points.getLast().start()).toMinutes();
    double share =
        whole == 0 ? 0.5 : (double) Duration.between(start, point.start()).toMinutes() / whole;
    return LEFT + 4 + share * (WIDTH - LEFT - RIGHT - 8);
  }

  private double y(double share) {
    return HEIGHT - BOTTOM - Math.min(1, share / scale) * (HEIGHT - BOTTOM - TOP);
  }
}
