package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SchedulerSettingsTest {
  @Test
  void hasDefaults() {
    assertThat(SchedulerSettings.defaults("mail1-4711-9f2c04b1"))
        .isEqualTo(
            new SchedulerSettings(
                "mail1-4711-9f2c04b1",
                1_000,
                10_000,
                20,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                90));
  }

  @Test
  void refusesANodeWithoutANameOrWithOneTooLongForQuartz() {
    assertThatThrownBy(() -> SchedulerSettings.defaults(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SchedulerSettings.defaults("n".repeat(71)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNumbersThatCannotWork() {
    assertThatThrownBy(
            () ->
                new SchedulerSettings(
                    "a", 0, 1, 1, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, 0))
        .hasMessageContaining("at least 1");
    assertThatThrownBy(
            () ->
                new SchedulerSettings(
                    "a", 1, 1, 1, Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, 0))
        .hasMessageContaining("positive");
  }

  @Test
  void namesNoTwoRunsAlike() {
    RandomGenerator random = RandomGenerator.getDefault();

    String name = NodeName.create(random);

    assertThat(name).contains("-" + ProcessHandle.current().pid() + "-").hasSizeLessThan(70);
    assertThat(NodeName.create(random)).isNotEqualTo(name);
  }
}
