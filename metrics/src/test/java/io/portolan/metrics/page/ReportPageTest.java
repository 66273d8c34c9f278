package io.portolan.metrics.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.report.Report.IspReport;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private final String page = ReportPage.write(TestReports.campaign());

  @Test
  void needsNothingElseAndEscapesWhatItShows() {
    assertThat(page)
        .contains("spring &lt;sale&gt;", "No such &lt;user&gt; &amp; more", "direct:25")
        .contains("soft bounce rate", "deferral rate", "<tr class=total>", "By time")
        .doesNotContain("<sale>", "<user>", "http://", "https://", "<script");
  }

  @Test
  void saysHowManyCameHowFar() {
    assertThat(Funnel.steps(TestReports.campaign()))
        .extracting(step -> step.label() + " " + step.count() + " " + step.share())
        .containsExactly(
            "planned 1200 ",
            "decided by a peer 1070 89.17 % of planned",
            "accepted 1000 93.46 % of decided",
            "bounced later 8 0.80 % of accepted",
            "complained 5 0.50 % of accepted",
            "unsubscribed 6 0.60 % of accepted");
    assertThat(Funnel.steps(TestReports.report("All campaigns", 0)))
        .as("nothing is planned for a span")
        .extracting(Funnel.Step::label)
        .startsWith("decided by a peer");
  }

  @Test
  void coloursPortsBySharesOfPathFailures() {
    String heat = HeatMap.of(TestReports.campaign().isps()).html();

    assertThat(heat)
        .contains("port 25", "port 587")
        .contains("<td class=\"h h5\">100.00 % failed<br><small>0.00 % of attempts")
        .contains("<td class=\"h h3\">9.09 % failed<br><small>100.00 % of attempts")
        .contains("<td class=\"h h1\">0.00 % failed<br><small>100.00 % of attempts")
        .contains("not tried");
  }

  @Test
  void putsIntervalsTogetherUntilRatesSaySomethingAndLosesNone() {
    List<Interval> intervals = TestReports.campaign().intervals();

    List<Interval> points = RatePlot.points(intervals);

    assertThat(points).hasSize(40).allMatch(point -> point.minutes() == 3);
    assertThat(points.stream().mapToLong(Interval::decided).sum())
        .isEqualTo(intervals.stream().mapToLong(Interval::decided).sum());
    assertThat(points.stream().mapToLong(Interval::hardBounces).sum())
        .isEqualTo(intervals.stream().mapToLong(Interval::hardBounces).sum());
    assertThat(RatePlot.svg(points)).contains("<polygon", "<polyline").doesNotContain("NaN");
  }

  @Test
  void drawsNothingWhereNothingWasDecided() {
    assertThat(RatePlot.points(List.of())).isEmpty();
    assertThat(RatePlot.svg(List.of())).contains("No peer has decided on anything yet.");
  }

  @Test
  void showsTheMostFrequentCategoriesAndTheOthersTogether() {
    List<IspReport> isps =
        List.of(
            new IspReport(
                "x",
                "x",
                0,
                TestReports.GMAIL,
                TestReports.campaign().acceptTimes(),
                LongStream.rangeClosed(1, 10)
                    .boxed()
                    .collect(Collectors.toMap(i -> "category-" + i, i -> i)),
                List.of()));

    List<String> kinds = IspBars.categories(isps);

    assertThat(kinds).hasSize(8).startsWith("category-10", "category-9").endsWith("others");
    assertThat(IspBars.bounceFigures(isps, kinds).html()).as("1, 2 and 3").contains("<td>6</tr>");
  }

  @Test
  void tellsEachPlotInFiguresToo() {
    assertThat(page.split("<svg role=img aria-label=\"[^\"]+\"", -1)).hasSize(7);
    assertThat(page.split("The same in figures", -1)).hasSize(5);
    assertThat(IspBars.bounceFigures(TestReports.campaign().isps(), List.of("bad-mailbox")).html())
        .contains("<td class=t>gmail<td>45</tr>", "<td class=t>aol<td>0</tr>");
  }
}
