package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SequentialTestTest {
  private static final SequentialTest BOUNCES =
      GuardSettings.DEFAULT.test(Guard.HARD_BOUNCE).orElseThrow();

  @Test
  void stepsAreLogarithmsOfTheLikelihoodRatio() {
    // 2 % against 10 %, computed independently
    assertThat(BOUNCES.steps().up()).isCloseTo(1.609, within(0.001));
    assertThat(BOUNCES.steps().down()).isCloseTo(-0.0852, within(0.0001));
  }

  @Test
  void stopsNoCleanListOfAHundredThousandInTwentyRuns() {
    assertThat(GuardSimulation.run(BOUNCES, 0.02, 20, 100_000, 7).stopped()).isZero();
  }

  @Test
  void keepsItsPromiseOfFalseAlarms() {
    assertThat(GuardSimulation.run(BOUNCES, 0.02, 1_000, 100_000, 11).stopped())
        .as("1 in 1,000 is promised at most")
        .isLessThanOrEqualTo(3);
  }

  @Test
  void findsTwelvePercentWithinAFewHundred() {
    GuardSimulation.Outcome outcome = GuardSimulation.run(BOUNCES, 0.12, 20_000, 300, 13);

    assertThat(outcome.stopped()).as("999 of 1,000 within 300").isGreaterThanOrEqualTo(19_980);
    assertThat(outcome.mean()).isLessThan(150);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void stopsNoCleanListOfAHundredThousandUnderAllGuardsAtTenIsps(long seed) throws Exception {
    CampaignSimulation.Outcome outcome =
        CampaignSimulation.run(
            IntStream.range(0, 10).mapToObj(n -> clean(n)).toList(), 100_000, seed);

    assertThat(outcome.held()).isEmpty();
    assertThat(outcome.offered().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(100_000);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void stopsAPoisonedListAtItsIspWithinThreeHundredAndNowhereElse(long seed) throws Exception {
    List<CampaignSimulation.Isp> isps =
        Stream.concat(
                Stream.of(new CampaignSimulation.Isp("choosy", 0.12, 0.01, 0.0005)),
                IntStream.range(1, 10).mapToObj(n -> clean(n)))
            .toList();

    CampaignSimulation.Outcome outcome = CampaignSimulation.run(isps, 100_000, seed);

    assertThat(outcome.held()).containsExactly("choosy");
    assertThat(outcome.offered().get("choosy")).isBetween(25, 300);
    assertThat(outcome.offered())
        .allSatisfy((isp, offered) -> assertThat(isp.equals("choosy") || offered > 9_000).isTrue());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void stopsNoCleanListWhoseBouncesAllComeLateAndManyAtOnce(long seed) throws Exception {
    for (double rate : new double[] {0.01, 0.02}) {
      for (int burst : new int[] {500, 100_000}) {
        List<CampaignSimulation.Isp> isps =
            IntStream.range(0, 10)
                .mapToObj(n -> new CampaignSimulation.Isp("isp" + n, rate, 0.01, 0.0005))
                .toList();

        CampaignSimulation.Outcome outcome = CampaignSimulation.runLate(isps, 100_000, burst, seed);

        assertThat(outcome.held()).as("%s, in bursts after %s", rate, burst).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void stopsAListThatBouncesLateAtItsIspAndNowhereElse(long seed) throws Exception {
    List<CampaignSimulation.Isp> isps =
        Stream.concat(
                Stream.of(new CampaignSimulation.Isp("choosy", 0.12, 0.01, 0.0005)),
                IntStream.range(1, 10).mapToObj(n -> clean(n)))
            .toList();

    CampaignSimulation.Outcome outcome = CampaignSimulation.runLate(isps, 100_000, 500, seed);

    assertThat(outcome.held()).containsExactly("choosy");
    assertThat(outcome.offered().get("choosy")).isLessThan(500);
  }

  @Test
  void keepsItsPromiseWhereBouncesComeLate() {
    assertThat(GuardSimulation.late(BOUNCES, 0.02, 300, 19).stopped()).isZero();
    GuardSimulation.Outcome bad = GuardSimulation.late(BOUNCES, 0.12, 300, 23);
    assertThat(bad.stopped()).isEqualTo(300);
    assertThat(bad.p99())
        .as("by the second fetch, when half of the bounces are known")
        .isLessThanOrEqualTo(20_000);
  }

  @Test
  void findsComplaintsThatAreTooMany() {
    assertThat(GuardSimulation.complaints(0.0005, 200, 3).stopped()).isZero();
    GuardSimulation.Outcome bad = GuardSimulation.complaints(0.005, 200, 5);
    assertThat(bad.stopped()).isEqualTo(200);
    assertThat(bad.mean()).isLessThan(5_000);
  }

  private static LongStream seeds() {
    return LongStream.rangeClosed(1, 20);
  }

  /** Half as bad as usual in each way. */
  private static CampaignSimulation.Isp clean(int number) {
    return new CampaignSimulation.Isp("isp" + number, 0.01, 0.01, 0.0005);
  }

  @Test
  void isLaxerAfterAnOverride() {
    SequentialTest laxer = BOUNCES.laxer(0.12);

    assertThat(laxer.good()).isEqualTo(0.12);
    assertThat(laxer.bad()).isEqualTo(0.24);
    assertThat(GuardSimulation.run(laxer, 0.12, 20, 100_000, 17).stopped()).isZero();
    assertThat(BOUNCES.laxer(1).bad()).isLessThan(1);
    SequentialTest nearlyOff = new SequentialTest(0.85, 0.97, 0.001, 0.01).laxer(0.9);
    assertThat(nearlyOff.good()).isEqualTo(0.85);
    assertThat(nearlyOff.bad()).isBetween(0.95, 0.97);
  }

  @Test
  void refusesRatesInTheWrongOrder() {
    assertThatThrownBy(() -> new SequentialTest(0.1, 0.02, 0.01, 0.01))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
