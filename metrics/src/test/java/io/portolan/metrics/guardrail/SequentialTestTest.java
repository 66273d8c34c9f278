package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

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

  @Test
  void isLaxerAfterAnOverride() {
    SequentialTest laxer = BOUNCES.laxer(0.12);

    assertThat(laxer.good()).isEqualTo(0.12);
    assertThat(laxer.bad()).isEqualTo(0.24);
    assertThat(GuardSimulation.run(laxer, 0.12, 20, 100_000, 17).stopped()).isZero();
    assertThat(BOUNCES.laxer(1).bad()).isLessThan(1);
  }

  @Test
  void refusesRatesInTheWrongOrder() {
    assertThatThrownBy(() -> new SequentialTest(0.1, 0.02, 0.01, 0.01))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
