package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {
  private static final long INTERVAL = 200_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -12_345, Long.MAX_VALUE - 10, Long.MIN_VALUE})
  void spacesMessagesEvenlyFromAnyReadingOfTheClock(long start) {
    Pacer pacer = new Pacer(start);

    assertThat(pacer.acquire(5, start)).isZero();
    assertThat(pacer.acquire(5, start)).isEqualTo(INTERVAL);
    assertThat(pacer.acquire(5, start)).isEqualTo(2 * INTERVAL);
    assertThat(pacer.acquire(5, start + 10 * INTERVAL))
        .as("what was missed is not made up for")
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 77})
  void doesNotWaitWithoutALimit(long start) {
    Pacer pacer = new Pacer(start);

    assertThat(pacer.acquire(0, start)).isZero();
    assertThat(pacer.acquire(0, start)).isZero();
  }

  @Test
  void keepsWhatIsTakenWhenTheRateChanges() {
    Pacer pacer = new Pacer(0);

    assertThat(pacer.acquire(5, 0)).isZero();
    assertThat(pacer.acquire(10, 0)).isEqualTo(INTERVAL);
    assertThat(pacer.acquire(5, 0)).isEqualTo(INTERVAL + INTERVAL / 2);
    assertThat(pacer.acquire(0, 0)).isEqualTo(2 * INTERVAL + INTERVAL / 2);
  }
}
