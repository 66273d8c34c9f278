package io.portolan.metrics.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.report.Report.IspReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private static final RelayReporting SILENT =
      new RelayReporting(_ -> Optional.empty(), List.of(), false);

  private final String page = ReportPage.write(TestReports.campaign(), SILENT);

  @Test
  void needsNothingElseAndEscapesWhatItShows() {
    assertThat(page)
        .contains("spring &lt;sale&gt;", "No such &lt;user&gt; &amp; more", "direct:25")
        .contains("soft bounce rate", "deferral rate", "<tr class=total>", "By time")
        .doesNotContain("<sale>", "<user>", "http://", "https://", "<script");
  }

  @Test
  void saysWhatBecameOfThePlanned() {
    assertThat(FunnelPlot.steps(TestReports.campaign()))
        .extracting(step -> step.label() + " " + step.count() + " " + step.share())
        .containsExactly(
            "planned 1200 ",
            "accepted 892 74.33 % of planned",
            "relayed 100 8.33 % of planned",
            "bounced 78 6.50 % of planned",
            "not sent 3 0.25 % of planned",
            "expired 2 0.17 % of planned",
            "suppressed 20 1.67 % of planned",
            "cancelled 0 0.00 % of planned",
            "waiting 105 8.75 % of planned",
            "complained 5 1.00 % of what was accepted where complaints are known to come back",
            "unsubscribed 6 0.60 % of what the next hop accepted");
    assertThat(FunnelPlot.steps(TestReports.report("All campaigns", 0)))
        .as("nothing is planned for a span")
        .first()
        .isEqualTo(new FunnelPlot.Step("ended", "gone", 1_095, ""));
  }

  @Test
  void saysWhatRelaysHaveNotToldAndWhetherTheyWill() {
    assertThat(page)
        .contains(
            "Relayed: 100. Accepted by relay ses; the ISP&#39;s answer is not known.",
            "There is no relay of this name any more",
            "Relayed: accepted by a relay, and the ISP's")
        .doesNotContain("Its events say whether the ISP took it");
    assertThat(
            ReportPage.write(
                TestReports.campaign(),
                new RelayReporting(
                    _ -> Optional.empty(),
                    List.of(new RelayReporting.EventWay("ses", Optional.of("ses"))),
                    false)))
        .contains("Its events say whether the ISP took it")
        .doesNotContain("There is no relay of this name any more");
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
    assertThat(points.stream().mapToLong(Interval::known).sum())
        .isEqualTo(intervals.stream().mapToLong(Interval::known).sum());
    assertThat(points.stream().mapToLong(Interval::hardBounces).sum())
        .isEqualTo(intervals.stream().mapToLong(Interval::hardBounces).sum());
    assertThat(RatePlot.svg(points)).contains("<polygon", "<polyline").doesNotContain("NaN");
  }

  @Test
  void drawsNothingWhereNothingWasDecided() {
    assertThat(RatePlot.points(List.of())).isEmpty();
    assertThat(RatePlot.svg(List.of())).contains("Nothing is known yet of what ISPs decided.");
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
                Counts.NONE,
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
