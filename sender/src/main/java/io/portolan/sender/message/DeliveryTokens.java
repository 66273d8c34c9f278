package io.portolan.sender.message;

import io.portolan.core.feedback.TokenReader;
import io.portolan.sender.message.Tokens.Purpose;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Reads the tokens of return paths, envelope ids and Message-IDs. The domain does not matter: the
 * signature is the proof, and a return path made before the bounce domain was changed still counts.
 * Thread-safe.
 */
public final class DeliveryTokens implements TokenReader {
  private final Tokens tokens;

  public DeliveryTokens(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public OptionalLong returnPath(String address) {
    String local = local(address);
    // relays and forwarders put words of their own before ours
    return tokens.verify(
        Purpose.RETURN_PATH,
        local.substring(Math.max(0, local.length() - Purpose.RETURN_PATH.length())));
  }

  @Override
  public OptionalLong envelopeId(String id) {
    return tokens.verify(Purpose.RETURN_PATH, id.toLowerCase(Locale.ROOT));
  }

  @Override
  public OptionalLong messageId(String id) {
    return tokens.verify(Purpose.MESSAGE_ID, local(id));
  }

  private static String local(String address) {
    return address.substring(0, Math.max(0, address.lastIndexOf('@'))).toLowerCase(Locale.ROOT);
  }
}
