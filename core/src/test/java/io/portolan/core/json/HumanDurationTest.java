package io.portolan.core.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanDurationTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "10s, PT10S",
    "5m, PT5M",
    "2h, PT2H",
    "4d, PT96H",
    "1h30m, PT1H30M",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "0s, PT0S",
    "5m10ms, PT5M0.010S"
  })
  void readsUnitsFromLargeToSmall(String text, Duration expected) {
    assertThat(HumanDuration.parse(text)).hasValue(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5 m", "-5m", "5m1h", "5M", "1.5h", "PT5M", "9999999999d"})
  void refusesWhatIsNoDuration(String text) {
    assertThat(HumanDuration.parse(text)).isEmpty();
  }

  @Test
  void writesTheLargestUnitThatDivides() {
    assertThat(HumanDuration.format(Duration.ofDays(4))).isEqualTo("4d");
    assertThat(HumanDuration.format(Duration.ofMinutes(90))).isEqualTo("90m");
    assertThat(HumanDuration.format(Duration.ofMillis(1500))).isEqualTo("1500ms");
    assertThat(HumanDuration.format(Duration.ZERO)).isEqualTo("0s");
  }

  @Property
  void readsWhatItWrites(@ForAll @LongRange(min = 0, max = 900_000_000) long millis) {
    Duration duration = Duration.ofMillis(millis);

    assertThat(HumanDuration.parse(HumanDuration.format(duration))).hasValue(duration);
  }
}
