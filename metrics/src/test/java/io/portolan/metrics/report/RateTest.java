package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RateTest {

  @Test
  void boundsAreThoseOfWilsonAt95Percent() {
    // two-sided, computed independently
    assertThat(Rate.of(10, 100).low()).isCloseTo(0.0552, within(0.0001));
    assertThat(Rate.of(10, 100).high()).isCloseTo(0.1744, within(0.0001));
  }

  @Test
  void boundsOfFewAreExact() {
    // 1 - 0.025^(1/100); tables of Clopper and Pearson for the others
    assertThat(Rate.of(0, 100).high()).isCloseTo(0.0362, within(0.0001));
    assertThat(Rate.of(1, 200).low()).isCloseTo(0.000127, within(0.000001));
    assertThat(Rate.of(1, 200).high()).isCloseTo(0.0275, within(0.0001));
    assertThat(Rate.of(5, 50).low()).isCloseTo(0.0333, within(0.0001));
    assertThat(Rate.of(5, 50).high()).isCloseTo(0.2181, within(0.0001));
    assertThat(Rate.of(99, 100).low()).isCloseTo(0.9455, within(0.0001));
  }

  @Test
  void knowsNothingOfNothing() {
    assertThat(Rate.of(0, 0)).isEqualTo(new Rate(0, 0, 0, 0, 1));
  }

  @Test
  void refusesWhatIsNoShare() {
    assertThatThrownBy(() -> Rate.of(2, 1)).hasMessageContaining("2 of 1");
    assertThatThrownBy(() -> Rate.of(-1, 1)).hasMessageContaining("-1 of 1");
  }

  @Property
  void boundsHoldTheValue(
      @ForAll @LongRange(max = 1_000_000) long count,
      @ForAll @LongRange(max = 1_000_000) long others) {
    Rate rate = Rate.of(count, count + others);

    assertThat(rate.low()).isBetween(0.0, rate.value());
    assertThat(rate.high()).isBetween(rate.value(), 1.0);
  }
}
