package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTraitsTest {

  @ParameterizedTest
  @CsvSource({
    "'', false, false, false",
    "'a: b|c|', false, false, false",
    "'a: b||c|', false, false, false",
    "'a: b||ü|', true, false, false",
    "'a: ü||c|', true, true, false",
    "'|ü|', true, false, false",
    "'a: b|ü', true, true, false",
    "'a: b%||c', false, false, true",
    "'%', false, false, true",
    "'^', false, false, true",
    "'a: b||c^d|', false, false, true",
    "'a: b||c%.%d|', false, false, true",
    "'a: b||c^|', false, false, true",
    "'a: b||c^', false, false, true"
  })
  void readsThemOffTheOctets(String text, boolean eightBit, boolean header, boolean bare) {
    byte[] message =
        text.replace("|", "\r\n")
            .replace("%", "\n")
            .replace("^", "\r")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(MessageTraits.of(message)).isEqualTo(new MessageTraits(eightBit, header, bare));
  }
}
