package io.portolan.api.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.campaign.GuardLimits;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.metrics.guardrail.Guard;
import io.portolan.metrics.guardrail.GuardSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardsConfigurationTest {
  @TempDir private Path directory;

  private GuardsConfiguration read(String yaml) throws IOException {
    return Configuration.read(Files.writeString(directory.resolve("portolan.yaml"), yaml), Map.of())
        .guards();
  }

  @Test
  void isAsDocumentedWithoutAWord() {
    assertThat(Configuration.defaults(Map.of()).guards())
        .isEqualTo(new GuardsConfiguration(GuardSettings.DEFAULT, SoftBounceRule.DEFAULT));
  }

  @Test
  void readsEveryKey() throws IOException {
    assertThat(
            read(
                """
                guards:
                  hard-bounce: 3% to 12.5%
                  block: off
                  complaint: 0.05% to 0.2%
                  under-way: 20
                soft-bounces:
                  bounces: 5
                  over: 0s
                  memory: 30d
                  lapse: 7d
                """))
        .isEqualTo(
            new GuardsConfiguration(
                new GuardSettings(GuardSettings.DEFAULT.tests(), 20)
                    .with(Guard.HARD_BOUNCE, new GuardLimits(0.03, 0.125))
                    .with(Guard.BLOCK, GuardLimits.OFF)
                    .with(Guard.COMPLAINT, new GuardLimits(0.0005, 0.002)),
                new SoftBounceRule(5, Duration.ZERO, Duration.ofDays(30), Duration.ofDays(7))));
  }

  @Test
  void namesThePlaceAndTheValueOfWhatIsWrong() {
    for (String wrong :
        new String[] {"10% to 2%", "0% to 5%", "2%", "2% to 100%", "two", "5% to 5%"}) {
      assertThatThrownBy(() -> read("guards:\n  hard-bounce: " + wrong + "\n"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("portolan.yaml, line 2")
          .hasMessageContaining("guards.hard-bounce: \"" + wrong + "\"")
          .hasMessageContaining("two rates such as 2% to 10%");
    }
    assertThatThrownBy(() -> read("soft-bounces:\n  over: 200d\n"))
        .hasMessageContaining("soft-bounces.memory: 180d is shorter than soft-bounces.over, 200d");
    assertThatThrownBy(() -> read("soft-bounces:\n  bounces: 0\n"))
        .hasMessageContaining("a whole number from 1 to 1000 is expected");
  }
}
