package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionsTest {

  @Test
  void readsTheReplyToEhlo() {
    Extensions extensions =
        Extensions.of(
            List.of("250-mx.test greets", "250-pipelining", "250-AUTH=LOGIN PLAIN", "250 size 99"));
    assertThat(extensions.offers("PIPELINING")).isTrue();
    assertThat(extensions.offers("AUTH")).isTrue();
    assertThat(extensions.offers("MX.TEST")).isFalse();
    assertThat(extensions.offers("STARTTLS")).isFalse();
    assertThat(extensions.maxSize()).isEqualTo(99);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SIZE", "SIZE 0", "SIZE -1", "SIZE much", "SIZE 99999999999999999999", "X"})
  void statesNoLimit(String line) {
    assertThat(new Extensions(List.of(line)).maxSize()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "XXXXXXXA, true",
    "XXXB, true",
    "X-ANONYMOUSTLS, false",
    "XCLIENT NAME, false",
    "SIZE, false"
  })
  void knowsAMask(String line, boolean masked) {
    assertThat(new Extensions(List.of("8BITMIME", line)).masked()).isEqualTo(masked);
  }
}
