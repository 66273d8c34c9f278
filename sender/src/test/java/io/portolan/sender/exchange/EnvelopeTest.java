package io.portolan.sender.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b.test\r\nRCPT TO:<c@d.test>",
        "a\u0000@b.test",
        "a@b.test> SIZE=1",
        "<a@b.test",
        "a b@c.test",
        "\"a\r\n\"@b.test",
        "a\u007f@b.test",
        "\"a\"> SIZE=1@b.test",
        "\"a\\\"> SIZE=1",
        "\"a\\\n\"@b.test"
      })
  void takesNothingThatCouldEndTheCommand(String path) {
    assertThatThrownBy(() -> new Envelope("", path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Envelope(path, "x@y.test"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("\r", "\n", "\u0000");
  }

  @Test
  void needsARecipient() {
    assertThatThrownBy(() -> new Envelope("a@b.test", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesQuotedLocalParts() {
    for (String path : List.of("\"a b\"@c.test", "\"a>b\"@c.test", "\"a\\\"<b\"@c.test")) {
      assertThat(new Envelope(path, path).recipient()).isEqualTo(path);
    }
  }

  @Test
  void knowsWhatIsInternational() {
    assertThat(new Envelope("", "jörg@b.test").isInternational()).isTrue();
    assertThat(new Envelope("jörg@b.test", "a@b.test").isInternational()).isTrue();
    assertThat(new Envelope("", "a@xn--b-5fa.test").isInternational()).isFalse();
  }
}
