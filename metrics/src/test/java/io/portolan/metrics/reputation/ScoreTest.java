package io.portolan.metrics.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Marks;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Returned;
import io.portolan.metrics.report.Untold;
import io.portolan.metrics.reputation.Distance.Unseen;
import io.portolan.metrics.reputation.Distance.Verdict;
import io.portolan.metrics.reputation.Trend.Direction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTest {
  private static final SignalKey DIRECT = new SignalKey("yahoo", "yahoo", "direct", "", "a.test");

  @ParameterizedTest
  @CsvSource({
    "COMPLAINTS, 10, 10000, 66.7",
    "COMPLAINTS, 21, 10000, 30",
    "COMPLAINTS, 60, 10000, 0",
    "LIST_QUALITY, 200, 10000, 80",
    "BLOCKS, 150, 10000, 90",
    "THROTTLES, 500, 10000, 80",
    "DEFERRALS, 2500, 10000, 50",
    "AUTHENTICATION, 100, 10000, 80",
    "TLS, 9900, 10000, 99",
    "LOOP_COVERAGE, 1, 4, 25"
  })
  void hasThePointsThatItsFormulaSays(Component component, long hits, long of, double points) {
    assertThat(component.score(Rate.of(hits, of)).orElseThrow().value())
        .isCloseTo(points, within(0.1));
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLAINTS, 0, 900, false",
    "COMPLAINTS, 0, 3000, true",
    "COMPLAINTS, 3, 1000, false",
    "COMPLAINTS, 30, 1000, true",
    "LIST_QUALITY, 0, 20, false",
    "LIST_QUALITY, 0, 100, true",
    "BLOCKS, 0, 0, false"
  })
  void hasNoneWhereTooFewMessagesTell(Component component, long hits, long of, boolean isKnown) {
    assertThat(component.score(Rate.of(hits, of)).isPresent()).isEqualTo(isKnown);
  }

  @Test
  void saysThatTooFewMessagesTell() {
    ComponentScore score = score(Component.LIST_QUALITY, 0, 20);

    assertThat(score.words()).isEqualTo("too few messages to tell: 0.00 % (0.00–16.84 %), 0 of 20");
    assertThat(Overall.of(List.of(score)).score()).isEmpty();
    assertThat(Overall.of(List.of(score)).words()).contains("too few", "hard bounces");
  }

  @Test
  void isLedByTheWeakest() {
    Overall overall =
        Overall.of(
            List.of(
                score(Component.COMPLAINTS, 27, 10_000),
                score(Component.LIST_QUALITY, 0, 10_000),
                score(Component.BLOCKS, 0, 10_000),
                score(Component.TLS, 0, 10_000)));

    assertThat(overall.weakest()).contains(Component.COMPLAINTS);
    assertThat(overall.score().orElseThrow().value())
        .as("0.7 × 10 + 0.3 × 70; TLS is not judged")
        .isCloseTo(28, within(0.001));
  }

  @Test
  void tellsWhereARateGoes() {
    Rate low = Rate.of(10, 10_000);
    Rate high = Rate.of(60, 10_000);

    assertThat(Trend.direction(high, low, high)).isEqualTo(Direction.RISING);
    assertThat(Trend.direction(low, high, low)).isEqualTo(Direction.FALLING);
    assertThat(Trend.direction(low, Rate.of(14, 10_000), low)).isEqualTo(Direction.NO_CLEAR_CHANGE);
    assertThat(Trend.direction(low, high, Rate.of(0, 0)))
        .as("more may come back about all of it")
        .isEqualTo(Direction.TOO_EARLY);
    assertThat(Trend.direction(low, high, Rate.of(50, 9_000)))
        .as("what is old enough has not fallen")
        .isEqualTo(Direction.TOO_EARLY);
  }

  @Test
  void saysHowFarALimitIs() {
    Threshold limit =
        Thresholds.builtIn().all().stream()
            .filter(each -> each.id().equals("yahoo-complaints"))
            .findFirst()
            .orElseThrow();

    assertThat(Distance.of(limit, "a.test", Rate.of(21, 10_000), Unseen.NOTHING).words())
        .isEqualTo(
            "a.test: complaints at yahoo 0.21 % (0.14–0.32 %), limit 0.30 %: its bounds lie on both"
                + " sides, so it cannot be told yet");
    assertThat(Distance.of(limit, "a.test", Rate.of(5, 10_000), Unseen.NOTHING).words())
        .endsWith("limit 0.30 %: below, by 0.18 points at least");
    assertThat(Distance.of(limit, "a.test", Rate.of(90, 10_000), Unseen.NOTHING).words())
        .contains("0.90 % (0.73–1.10 %), limit 0.30 %: above. Yahoo");
    assertThat(Distance.of(limit, "a.test", Rate.of(5, 10_000), new Unseen(300, "why")).words())
        .contains("at yahoo 0.05 % (0.02–0.12 %) (without 300 of which it cannot be seen), limit");
    assertThat(Distance.of(limit, "a.test", Rate.of(0, 0), new Unseen(300, "why")).words())
        .startsWith("a.test: complaints at yahoo cannot be seen from here, limit 0.30 %")
        .endsWith(" Here why.");
    assertThat(Distance.verdict(Rate.of(0, 0), 0.003)).isEqualTo(Verdict.NOT_SEEN);
    assertThat(Distance.verdict(Rate.of(1, 100_000), 0)).isEqualTo(Verdict.ABOVE);
  }

  /** The score of a rate of direct mail. */
  private static ComponentScore score(Component component, long hits, long of) {
    long hard = component == Component.LIST_QUALITY ? hits : 0;
    long blocked = component == Component.BLOCKS ? hits : 0;
    long encrypted = component == Component.TLS ? hits : 0;
    long complaints = component == Component.COMPLAINTS ? hits : 0;
    return ComponentScore.of(
        component,
        DIRECT,
        new Counts(
            of - hard - blocked,
            hard,
            0,
            blocked,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new Returned(0, 0, 0, complaints, complaints, of, 0, 0, 0),
            new Marks(0, 0, encrypted, of - encrypted, 0),
            Untold.NONE));
  }
}
