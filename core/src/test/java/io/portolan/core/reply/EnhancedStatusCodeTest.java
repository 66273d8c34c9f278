package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnhancedStatusCodeTest {

  @ParameterizedTest
  @ValueSource(strings = {"5.1.1", "4.7.28", "2.0.0", "5.7.606", "5.0.999"})
  void readsWhatItWrites(String text) {
    assertThat(EnhancedStatusCode.parse(text)).map(EnhancedStatusCode::toString).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "5.1",
        "5.1.",
        "5..1",
        "3.1.1",
        "5.1.1000",
        "5.1.1.1",
        "5.1.1a",
        " 5.1.1",
        "5.1.1 ",
        "5.-1.1",
        "x.1.1"
      })
  void takesNothingElse(String text) {
    assertThat(EnhancedStatusCode.parse(text)).isEmpty();
  }

  @Test
  void tellsThePermanentFromTheRest() {
    assertThat(new EnhancedStatusCode(5, 1, 1).isPermanent()).isTrue();
    assertThat(new EnhancedStatusCode(4, 1, 1).isPermanent()).isFalse();
  }

  @Test
  void refusesNumbersThatRfc3463DoesNotHave() {
    assertThatIllegalArgumentException().isThrownBy(() -> new EnhancedStatusCode(3, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new EnhancedStatusCode(5, -1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new EnhancedStatusCode(5, 1, 1000));
  }
}
