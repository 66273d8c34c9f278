package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchTimeTest {
  private static final Optional<String> BERLIN = Optional.of("Europe/Berlin");

  @Test
  void readsInstantsAndLocalTimes() {
    assertThat(LaunchTime.parse("now", Optional.empty()).at()).isEmpty();
    assertThat(LaunchTime.parse("2026-12-01T09:00:00+01:00", Optional.empty()).at())
        .contains(Instant.parse("2026-12-01T08:00:00Z"));
    LaunchTime local = LaunchTime.parse("2026-12-01T09:00", BERLIN);
    assertThat(local.at()).contains(Instant.parse("2026-12-01T08:00:00Z"));
    assertThat(local.note()).isEmpty();
  }

  @Test
  void refusesATimeThatSummerTimeSkips() {
    assertThatThrownBy(() -> LaunchTime.parse("2026-03-29T02:30", BERLIN))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("does not exist in Europe/Berlin")
        .hasMessageContaining("2026-03-29T03:00");
  }

  @Test
  void saysWhichOfTwoItChose() {
    LaunchTime time = LaunchTime.parse("2026-10-25T02:30", BERLIN);

    assertThat(time.at()).contains(Instant.parse("2026-10-25T00:30:00Z"));
    assertThat(time.note().orElseThrow())
        .contains("comes twice", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00");
  }

  @Test
  void refusesYearsThatNobodyMeans() {
    assertThatThrownBy(() -> LaunchTime.parse("+999999999-01-01T00:00:00Z", Optional.empty()))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("1970 to 9999");
    assertThatThrownBy(() -> LaunchTime.parse("+999999999-01-01T00:00", BERLIN))
        .isInstanceOf(InvalidException.class);
  }
}
