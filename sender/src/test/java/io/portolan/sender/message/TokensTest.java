package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.sender.message.Tokens.Purpose;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokensTest {
  private final Tokens tokens = new Tokens(Fixture.key(1));

  @Property(tries = 200)
  void findsTheDeliveryAgain(@ForAll long deliveryId, @ForAll Purpose purpose) {
    assertThat(tokens.verify(purpose, tokens.sign(purpose, deliveryId))).hasValue(deliveryId);
  }

  @Test
  void fitsALocalPartAndAUrl() {
    assertThat(tokens.sign(Purpose.RETURN_PATH, Long.MAX_VALUE)).matches("[a-z2-7]{32}");
    assertThat(tokens.sign(Purpose.MESSAGE_ID, 0)).matches("[a-z2-7]{32}");
    assertThat(tokens.sign(Purpose.UNSUBSCRIBE, -1)).matches("[A-Za-z0-9_-]{27}");
  }

  @Test
  void survivesAPeerThatChangesTheCase() {
    String token = tokens.sign(Purpose.RETURN_PATH, 42);

    assertThat(tokens.verify(Purpose.RETURN_PATH, token.toUpperCase(Locale.ROOT))).hasValue(42);
  }

  @Test
  void isTheSameForTheSameDeliveryAndKey() {
    assertThat(new Tokens(Fixture.key(1)).sign(Purpose.MESSAGE_ID, 42))
        .isEqualTo(tokens.sign(Purpose.MESSAGE_ID, 42))
        .isEqualTo("rteapv62igmqs36yy3kpu3vmjwc5arx2");
  }

  @ParameterizedTest
  @EnumSource
  void refusesATokenOfAnotherPurposeOrKey(Purpose purpose) {
    String token = tokens.sign(purpose, 42);

    for (Purpose other : Purpose.values()) {
      if (other != purpose) {
        assertThat(tokens.verify(other, token)).isEmpty();
      }
    }
    assertThat(new Tokens(Fixture.key(2)).verify(purpose, token)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void refusesATokenChangedInAnyPlace(Purpose purpose) {
    String token = tokens.sign(purpose, 42);

    for (int i = 0; i < token.length(); i++) {
      char changed = token.charAt(i) == 'b' ? 'c' : 'b';
      assertThat(tokens.verify(purpose, token.substring(0, i) + changed + token.substring(i + 1)))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsNoToken(Purpose purpose) {
    assertThat(tokens.verify(purpose, "")).isEmpty();
    assertThat(tokens.verify(purpose, "x")).isEmpty();
    assertThat(tokens.verify(purpose, "!".repeat(27))).isEmpty();
    assertThat(tokens.verify(purpose, "1".repeat(32))).isEmpty();
    assertThat(tokens.verify(purpose, "\u0131".repeat(32))).isEmpty();
    assertThat(tokens.verify(purpose, tokens.sign(purpose, 1) + "a")).isEmpty();
  }

  @Test
  void doesNotShowHowManyDeliveriesThereAre() {
    Set<String> heads = new HashSet<>();
    LongStream.range(0, 1_000)
        .forEach(id -> heads.add(tokens.sign(Purpose.UNSUBSCRIBE, id).substring(0, 6)));
    LongStream.range(0, 1_000)
        .forEach(id -> heads.add(tokens.sign(Purpose.UNSUBSCRIBE, id).substring(21)));

    assertThat(heads).hasSizeGreaterThan(1_990);
  }

  @Test
  void refusesAKeyOfAnotherLength() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tokens(new byte[16]))
        .withMessage("the token key has 16 octets, not 32");
  }
}
