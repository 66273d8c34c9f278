package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.message.Tokens.Purpose;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DeliveryTokensTest {
  private final Tokens tokens = new Tokens(new byte[Tokens.KEY_LENGTH]);
  private final DeliveryTokens reader = new DeliveryTokens(tokens);

  @Test
  void readsWhatMessagesCarry() {
    String returnPath = "b+" + tokens.sign(Purpose.RETURN_PATH, 7) + "@bounces.test";
    assertThat(reader.returnPath(returnPath)).hasValue(7);
    assertThat(reader.returnPath(returnPath.toUpperCase(Locale.ROOT))).hasValue(7);
    assertThat(reader.messageId(tokens.sign(Purpose.MESSAGE_ID, 7) + "@sender.test")).hasValue(7);
    String envelopeId = tokens.sign(Purpose.RETURN_PATH, 7);
    assertThat(reader.envelopeId(envelopeId)).hasValue(7);
    assertThat(reader.envelopeId(envelopeId.toUpperCase(Locale.ROOT))).hasValue(7);
  }

  @Test
  void refusesWhatThisInstallationDidNotSignForThePurpose() {
    byte[] another = new byte[Tokens.KEY_LENGTH];
    another[0] = 1;
    String foreign = new Tokens(another).sign(Purpose.RETURN_PATH, 7);
    assertThat(reader.returnPath("b+" + foreign + "@bounces.test")).isEmpty();
    assertThat(reader.returnPath("b+" + tokens.sign(Purpose.MESSAGE_ID, 7) + "@b.test")).isEmpty();
    assertThat(reader.messageId(tokens.sign(Purpose.RETURN_PATH, 7) + "@sender.test")).isEmpty();
    assertThat(reader.envelopeId(foreign)).isEmpty();
    assertThat(reader.envelopeId(tokens.sign(Purpose.MESSAGE_ID, 7))).isEmpty();
    for (String text : new String[] {"", "@", "x", "b+@b.test", "\0@b.test"}) {
      assertThat(reader.returnPath(text)).isEmpty();
      assertThat(reader.messageId(text)).isEmpty();
      assertThat(reader.envelopeId(text)).isEmpty();
    }
  }
}
