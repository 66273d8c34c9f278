package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class DateFieldTest {

  @Test
  void isOfItsSecondAndNotOfTheOneBefore() {
    assertThat(DateField.text(Instant.parse("2026-11-29T09:08:07Z")))
        .isEqualTo("Sun, 29 Nov 2026 09:08:07 +0000");
    assertThat(DateField.text(Instant.parse("2026-11-29T09:08:07.999Z")))
        .isEqualTo("Sun, 29 Nov 2026 09:08:07 +0000");
    assertThat(DateField.text(Instant.parse("2026-12-01T00:00:00Z")))
        .isEqualTo("Tue, 1 Dec 2026 00:00:00 +0000");
    assertThat(DateField.text(Instant.parse("2026-11-29T09:08:07Z")))
        .isEqualTo("Sun, 29 Nov 2026 09:08:07 +0000");
  }
}
