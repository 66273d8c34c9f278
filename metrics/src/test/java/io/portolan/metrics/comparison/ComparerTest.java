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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ComparerTest {
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

  private static Report report(IspReport... isps) {
    Counts total = Arrays.stream(isps).map(IspReport::total).reduce(Counts.NONE, Counts::plus);
    return new Report(
        "All campaigns",
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        total,
        total,
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
