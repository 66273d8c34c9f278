package io.portolan.metrics.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.metrics.report.Rate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What holds of scores, whatever was counted. */
class ScorePropertyTest {
  @Property(tries = 500)
  void isWithinItsBoundsAndNeverFarFromThem(
      @ForAll Component component,
      @ForAll @LongRange(min = 1, max = 100_000) long of,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    Rate rate = Rate.of(Math.round(share * of), of);

    Optional<Score> score = scored(component, rate);

    score.ifPresent(
        it -> {
          assertThat(it.value()).isBetween(it.low(), it.high());
          assertThat(it.low()).isNotNegative();
          assertThat(it.high()).isLessThanOrEqualTo(Score.BEST);
          assertThat(it.high() - it.low()).isLessThanOrEqualTo(60);
        });
  }

  @Property(tries = 500)
  void neverRisesWithHarm(
      @ForAll("harms") Component component,
      @ForAll @LongRange(min = 0, max = 49_999) long hits,
      @ForAll @LongRange(min = 0, max = 50_000) long more) {
    Optional<Score> fewer = scored(component, Rate.of(hits, 100_000));
    Optional<Score> most = scored(component, Rate.of(hits + more, 100_000));

    assertThat(fewer.orElseThrow().value())
        .as("100,000 tell enough")
        .isGreaterThanOrEqualTo(most.orElseThrow().value());
  }

  @Provide
  static Arbitrary<Component> harms() {
    return Arbitraries.of(Component.RATES);
  }

  @Property(tries = 500)
  void liesBetweenTheWeakestAndTheMeanOverall(
      @ForAll @Size(min = 2, max = 7) List<@DoubleRange(min = 0, max = 100) Double> known) {
    double[] points = known.stream().mapToDouble(Double::doubleValue).toArray();
    double overall = Overall.points(points);

    double weakest = Arrays.stream(points).min().orElseThrow();
    double mean = Arrays.stream(points).average().orElseThrow();
    assertThat(overall).isBetween(weakest - 1e-9, mean + 1e-9);
    assertThat(overall - weakest)
        .as("nearer to the weakest")
        .isLessThanOrEqualTo(mean - overall + 1e-9);
  }

  @Property(tries = 300)
  void tellsASideOfALimitOnlyWhenBothBoundsLieThere(
      @ForAll @LongRange(min = 1, max = 100_000) long of,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @DoubleRange(min = 0.01, max = 0.2) double limit) {
    Rate rate = Rate.of(Math.round(share * of), of);

    switch (Distance.verdict(rate, limit)) {
      case BELOW -> assertThat(rate.high()).isLessThan(limit);
      case ABOVE -> assertThat(rate.low()).isGreaterThanOrEqualTo(limit);
      case CANNOT_TELL -> assertThat(limit).isBetween(rate.low(), rate.high());
      case NOT_SEEN -> throw new AssertionError("something was counted");
    }
  }

  private static Optional<Score> scored(Component component, Rate rate) {
    return component == Component.DNS_IDENTITY ? Optional.empty() : component.score(rate);
  }
}
