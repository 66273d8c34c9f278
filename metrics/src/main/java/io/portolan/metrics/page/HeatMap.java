package io.portolan.metrics.page;

import io.portolan.metrics.page.HtmlTable.Cell;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import java.util.ArrayList;
import java.util.List;

/**
 * How well each port leads to each ISP: a table, coloured by the share of path failures. Its
 * figures need no other form for those who do not see the colours.
 */
final class HeatMap {
  private static final int MOST_ROWS = 40;
  private static final double LITTLE = 0.01;
  private static final double MUCH = 0.05;
  private static final double MORE = 0.2;
  private static final double MOST = 0.5;

  private HeatMap() {}

  /** What the colours mean. */
  static String legend() {
    StringBuilder legend = new StringBuilder("<p class=legend>");
    String[] labels = {"below 1 %", "below 5 %", "below 20 %", "below 50 %", "50 % and more"};
    for (int i = 0; i < labels.length; i++) {
      legend
          .append("<span><i class=\"key h")
          .append(i + 1)
          .append("\"></i> ")
          .append(labels[i])
          .append("</span>");
    }
    return legend.append("<span>of tries met no peer</span></p>").toString();
  }

  static HtmlTable of(List<IspReport> isps) {
    List<Integer> ports =
        isps.stream()
            .flatMap(isp -> isp.paths().stream())
            .map(PathReport::port)
            .distinct()
            .sorted()
            .toList();
    List<String> headings = new ArrayList<>(List.of("ISP"));
    ports.forEach(port -> headings.add("port " + port));
    HtmlTable table = new HtmlTable("ISP by port", "heat", 1, headings);
    isps.stream()
        .filter(isp -> tries(isp.paths()) > 0)
        .limit(MOST_ROWS)
        .forEach(
            isp ->
                table.coloured(
                    List.of("<b>" + Page.escape(isp.isp()) + "</b>"),
                    ports.stream().map(port -> cell(isp, port)).toList()));
    return table;
  }

  private static Cell cell(IspReport isp, int port) {
    List<PathReport> paths = isp.paths().stream().filter(path -> path.port() == port).toList();
    if (tries(paths) == 0) {
      return new Cell("", "<small>not tried</small>");
    }
    Rate failures = RateKind.PATH_FAILURE.of(sum(paths));
    long attempts = sum(isp.paths()).attempts();
    Rate share = Rate.of(sum(paths).attempts(), attempts);
    return new Cell(
        "h" + step(failures.value()),
        Figures.percent(failures.value())
            + " failed<br><small>"
            + (attempts == 0 ? "nothing offered" : Figures.percent(share.value()) + " of attempts")
            + "</small>");
  }

  private static int step(double share) {
    if (share < LITTLE) {
      return 1;
    }
    if (share < MUCH) {
      return 2;
    }
    if (share < MORE) {
      return 3;
    }
    return share < MOST ? 4 : 5;
  }

  private static long tries(List<PathReport> paths) {
    Counts sum = sum(paths);
    return sum.attempts() + sum.pathFailures();
  }

  private static Counts sum(List<PathReport> paths) {
    return paths.stream().map(PathReport::counts).reduce(Counts.NONE, Counts::plus);
  }
}
