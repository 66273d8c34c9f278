package io.portolan.metrics.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Marks;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Returned;
import io.portolan.metrics.report.Untold;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ComparerTest {
  private static final Instant FIRST_DAY = Instant.parse("2026-11-23T00:00:00Z");
  private static final Instant SECOND_DAY = Instant.parse("2026-11-24T00:00:00Z");

  @Test
  void tellsWhatRoseInASentence() {
    Comparison comparison =
        Comparer.compare(
            report(isp("yahoo", 99_500, 500, 2_000)), report(isp("yahoo", 97_900, 2_100, 2_000)));

    assertThat(comparison.movers())
        .filteredOn(mover -> mover.isp().equals("yahoo"))
        .singleElement()
        .satisfies(
            mover -> {
              assertThat(mover.measure()).isEqualTo("hardBounceRate");
              assertThat(mover.messages()).isEqualTo(1_600);
              assertThat(mover.words())
                  .isEqualTo(
                      "yahoo: the hard bounce rate rose from 0.50 % to 2.10 %, by 1.60 points [1.50,"
                          + " 1.70]; that is 1,600 of 100,000.");
            });
  }

  @Test
  void takesChanceForNoNews() {
    Comparison comparison =
        Comparer.compare(
            report(isp("yahoo", 990, 10, 2_000)), report(isp("yahoo", 982, 18, 2_000)));

    assertThat(comparison.movers()).isEmpty();
  }

  @Test
  void tellsThatMailMovedToAnotherPath() {
    Comparison comparison =
        Comparer.compare(
            report(isp("gmail", 1_000, 0, 2_000, path("direct", 25, 1_000))),
            report(isp("gmail", 1_000, 0, 2_000, path("direct", 25, 600), path("ses", 587, 400))));

    assertThat(comparison.movers())
        .extracting(Mover::words)
        .anyMatch(words -> words.startsWith("gmail: the share of mail over ses:587 starttls rose"))
        .anyMatch(
            words -> words.startsWith("gmail: the share of mail over direct:25 starttls fell"));
  }

  @Test
  void tellsThatAnIspBecameSlow() {
    Comparison comparison =
        Comparer.compare(
            report(isp("orange", 1_000, 0, 2_000)), report(isp("orange", 1_000, 0, 12_500)));

    assertThat(comparison.slower())
        .containsExactly(
            "orange: half of the mail was accepted within 12.5 s, before within 2,000 ms.");
  }

  @Test
  void namesIspsOfOneSideAlone() {
    Comparison comparison =
        Comparer.compare(report(isp("gmx", 10, 0, 1)), report(isp("aol", 10, 0, 1)));

    assertThat(comparison.onlyBefore()).containsExactly("gmx");
    assertThat(comparison.onlyAfter()).containsExactly("aol");
    assertThat(comparison.movers()).isEmpty();
  }

  /** Newcombe 1998, table II, example (a): 56 of 70 and 48 of 80. */
  @Test
  void boundsADifferenceAsPublished() {
    // the published interval is of p1 - p2 = 0.8 - 0.6
    Difference difference = Difference.of(Rate.of(48, 80), Rate.of(56, 70));

    assertThat(difference.value()).isEqualTo(0.2, within(1e-9));
    assertThat(difference.low()).isEqualTo(0.0524, within(1e-4));
    assertThat(difference.high()).isEqualTo(0.3339, within(1e-4));
  }

  @Property
  void aDifferenceIsWithinItsBounds(
      @ForAll @IntRange(max = 1_000) int a,
      @ForAll @IntRange(max = 1_000) int b,
      @ForAll @IntRange(min = 1, max = 1_000) int more) {
    Rate before = Rate.of(a, a + more);
    Rate after = Rate.of(b, b + more);
    Difference difference = Difference.of(before, after);

    assertThat(difference.value()).isBetween(difference.low(), difference.high());
    assertThat(Difference.of(after, before).low()).isEqualTo(-difference.high(), within(1e-12));
  }

  @Test
  void tellsNoFallOfALevelRateAboutWhichMoreComesBack() {
    Comparison comparison =
        Comparer.compare(
            report(FIRST_DAY, isp("yahoo", late(99_500, 500, 500, 300), Counts.NONE)),
            report(SECOND_DAY, isp("yahoo", late(99_500, 500, 50, 60), Counts.NONE)));

    assertThat(comparison.movers()).isEmpty();
    assertThat(comparison.tooEarly())
        .containsExactly(
            "The hard bounce rate is lower so far (all mail, yahoo), but more may come back about"
                + " what was sent in the last three days, so that no fall is told.",
            "The complaint rate is lower so far (all mail, yahoo), but more may come back about"
                + " what was sent in the last three days, so that no fall is told.");
    assertThat(comparison.sentences()).isEqualTo(comparison.tooEarly());
  }

  @Test
  void tellsAFallOfWhatIsRipe() {
    Counts after = late(199_000, 1_000, 150, 180);
    Comparison comparison =
        Comparer.compare(
            report(FIRST_DAY, isp("yahoo", late(99_500, 500, 500, 300), Counts.NONE)),
            report(SECOND_DAY, isp("yahoo", after, late(99_500, 500, 100, 120))));

    assertThat(words(comparison, "yahoo"))
        .contains("yahoo: the hard bounce rate fell from 1.00 % to 0.60 %")
        .contains("yahoo: the complaint rate fell from 0.30 % to 0.12 %");
    assertThat(comparison.tooEarly()).isEmpty();
  }

  @Test
  void tellsARiseAtOnceAndAFallOfRefusalsAtOnceOfDirectMail() {
    Report dayBefore = report(FIRST_DAY, isp("yahoo", late(96_000, 4_000, 500, 60), Counts.NONE));
    Report day = report(SECOND_DAY, isp("yahoo", late(99_500, 500, 10, 300), Counts.NONE));

    assertThat(words(Comparer.compare(dayBefore, day), "yahoo"))
        .contains("yahoo: the hard bounce rate of refusals at once fell from 4.00 % to 0.50 %")
        .contains("yahoo: the complaint rate rose from 0.06 % to 0.30 %");
    assertThat(words(Comparer.compare(day, dayBefore), "yahoo"))
        .as("the other way round the earlier mail has had its time, too")
        .contains("yahoo: the hard bounce rate of refusals at once rose from 0.50 % to 4.00 %")
        .contains("yahoo: the complaint rate fell from 0.30 % to 0.06 %");
  }

  @Test
  void tellsNoFallWhereMailMovedToARelayThatHidesItsBounces() {
    Counts direct = late(49_000, 1_000, 0, 0);
    Counts relayed =
        new Counts(
            50_000,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            Returned.NONE,
            new Marks(0, 0, 0, 0, 50_000),
            Untold.NONE);
    Report before = report(FIRST_DAY, isp("gmx", direct.plus(direct), direct.plus(direct)));

    for (Counts after : List.of(direct.plus(relayed), relayed.plus(relayed))) {
      Comparison comparison =
          Comparer.compare(before, report(SECOND_DAY, isp("gmx", after, after)));
      assertThat(words(comparison, "gmx")).as("%s", after.known()).doesNotContain("bounce");
      assertThat(comparison.tooEarly()).isEmpty();
    }
  }

  @Test
  void holdsNoRefusalsAtOnceAgainstMailOfWhichSomeWentByARelay() {
    Counts direct = late(10_000, 500, 0, 0);
    Counts untold =
        new Counts(
            5_000,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new Returned(200, 0, 0, 0, 0, 0, 0, 200, 200),
            new Marks(0, 0, 0, 0, 5_000),
            new Untold(200, 0, 0, 0));
    Counts both = direct.plus(untold);
    Counts later = late(10_000, 360, 0, 0);

    Comparison comparison =
        Comparer.compare(
            report(FIRST_DAY, isp("gmx", both, both)),
            report(SECOND_DAY, isp("gmx", later, Counts.NONE)));

    assertThat(words(comparison, "gmx")).doesNotContain("bounce");
    assertThat(String.join("", comparison.tooEarly())).contains("hard bounce", "gmx");
  }

  private static String words(Comparison comparison, String isp) {
    return comparison.movers().stream()
        .filter(mover -> mover.isp().equals(isp))
        .map(Mover::words)
        .collect(Collectors.joining("\n"));
  }

  /** Of direct mail to an ISP whose complaints come back. */
  private static Counts late(long accepted, long hard, long lateHard, long complaints) {
    return new Counts(
        accepted,
        hard,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        new Returned(lateHard, 0, 0, complaints, complaints, accepted, 0, 0, 0),
        Marks.NONE,
        Untold.NONE);
  }

  private static IspReport isp(String isp, Counts total, Counts ripe) {
    AcceptTimes times = new AcceptTimes(Optional.of(1L), Optional.of(1L));
    return new IspReport(isp, isp, 0, total, ripe, times, Map.of(), List.of());
  }

  private static Report report(IspReport... isps) {
    return report(FIRST_DAY, isps);
  }

  private static Report report(Instant until, IspReport... isps) {
    return new Report(
        "All campaigns",
        SECOND_DAY.plusSeconds(60),
        Optional.of(until.minus(Duration.ofDays(1))),
        Optional.of(until),
        0,
        0,
        Arrays.stream(isps).map(IspReport::total).reduce(Counts.NONE, Counts::plus),
        Arrays.stream(isps).map(IspReport::ripe).reduce(Counts.NONE, Counts::plus),
        new AcceptTimes(Optional.empty(), Optional.empty()),
        List.of(isps),
        List.of(),
        List.of(),
        List.of());
  }

  private static IspReport isp(
      String isp, long accepted, long hard, long median, PathReport... paths) {
    return new IspReport(
        isp,
        isp,
        accepted + hard,
        counts(accepted, hard),
        counts(accepted, hard),
        new AcceptTimes(Optional.of(median), Optional.of(median)),
        Map.of(),
        List.of(paths));
  }

  private static PathReport path(String route, int port, long accepted) {
    return new PathReport(
        route,
        port,
        "starttls",
        counts(accepted, 0),
        new AcceptTimes(Optional.empty(), Optional.empty()));
  }

  private static Counts counts(long accepted, long hard) {
    return new Counts(
        accepted, hard, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Returned.NONE, Marks.NONE, Untold.NONE);
  }
}
