package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.http.SystemApi.Health;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthTest {
  @Test
  void isUpWhereTheDatabaseIsReachedAndResultsAreRecorded() {
    Health health = Health.of("1", "node-a", true, Optional.empty());

    assertThat(health).isEqualTo(new Health("up", "1", "node-a", "up", Optional.empty()));
    assertThat(health.code()).isEqualTo(200);
  }

  @Test
  void isDownWhileTheDatabaseIsAway() {
    Health health = Health.of("1", "node-a", false, Optional.empty());

    assertThat(health).isEqualTo(new Health("down", "1", "node-a", "away", Optional.empty()));
    assertThat(health.code()).isEqualTo(503);
  }

  @Test
  void isDownAndSaysWhyWhereResultsCannotBeRecorded() {
    Health health = Health.of("1", "node-a", true, Optional.of("java.lang.StackOverflowError"));

    assertThat(health.status()).isEqualTo("down");
    assertThat(health.code()).isEqualTo(503);
    assertThat(health.trouble().orElseThrow())
        .isEqualTo("results cannot be recorded as they should be: java.lang.StackOverflowError");
  }
}
