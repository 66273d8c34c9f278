package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {
  private static final long INTERVAL = 200_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -12_345, Long.MAX_VALUE - 10, Long.MIN_VALUE})
  void spacesMessagesEvenlyFromAnyReadingOfTheClock(long start) {
    Pacer pacer = new Pacer(5, start);

    assertThat(pacer.acquire(start)).isZero();
    assertThat(pacer.acquire(start)).isEqualTo(INTERVAL);
    assertThat(pacer.acquire(start)).isEqualTo(2 * INTERVAL);
    assertThat(pacer.acquire(start + 10 * INTERVAL))
        .as("what was missed is not made up for")
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 77})
  void doesNotWaitWithoutALimit(long start) {
    Pacer pacer = new Pacer(0, start);

    assertThat(pacer.acquire(start)).isZero();
    assertThat(pacer.acquire(start)).isZero();
  }
}
