package io.portolan.sender.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads the tokens that stand for a delivery where others can see them: in the return
 * path, in the Message-ID and in the unsubscribe URL. A token cannot be guessed or made without the
 * installation's key, does not show the delivery's id, and is always the same for the same
 * delivery. One made for one purpose is refused for another.
 *
 * <p>Thread-safe.
 */
public final class Tokens {
  /** The length of the key in octets. */
  public static final int KEY_LENGTH = 32;

  private static final int TAG_LENGTH = 12;
  private static final int TOKEN_LENGTH = TAG_LENGTH + Long.BYTES;
  private static final String ALGORITHM = "HmacSHA256";

  /* The synthetic-IV construction of RFC 5297 with HMAC-SHA256 for both of its functions: the tag is a MAC of the id, and
   * the id is hidden by a pad that depends on the tag. So equal ids give equal tokens, without which a second copy of a
   * delivery could not carry the same Message-ID, and nothing else shows. 96 bits of tag leave a forger who may try a
   * billion tokens a second for a century a chance of 1 in 25 billion. */

  /** What a token is for, and how it is written. */
  public enum Purpose {
    /** The local part of a return path: survives a peer that changes the case. */
    RETURN_PATH(Encoding.BASE32),
    /** The left side of a Message-ID. */
    MESSAGE_ID(Encoding.BASE32),
    /** The last part of an unsubscribe URL. */
    UNSUBSCRIBE(Encoding.BASE64_URL),
    /** The last part of the URL that takes an unsubscription back. */
    RESUBSCRIBE(Encoding.BASE64_URL),
    /** Between the parts of a campaign's messages; stands for its content, not for a delivery. */
    BOUNDARY(Encoding.BASE32);

    private final Encoding encoding;

    Purpose(Encoding encoding) {
      this.encoding = encoding;
    }

    /** How many characters a token has. */
    int length() {
      return encoding.length;
    }
  }

  private enum Encoding {
    BASE32(32),
    BASE64_URL(27);

    private final int length;

    Encoding(int length) {
      this.length = length;
    }
  }

  /** Keyed and never fed: each use takes a copy, which is cheaper than keying anew. */
  private record Keys(Mac tag, Mac pad) {}

  private final Map<Purpose, Keys> keys = new EnumMap<>(Purpose.class);

  /**
   * Derives a key for each purpose.
   *
   * @param key of the installation, {@value #KEY_LENGTH} octets, the same on all nodes and after a
   *     restart
   */
  public Tokens(byte[] key) {
    if (key.length != KEY_LENGTH) {
      throw new IllegalArgumentException(
          "the token key has " + key.length + " octets, not " + KEY_LENGTH);
    }
    Mac root = keyed(key);
    for (Purpose purpose : Purpose.values()) {
      String name = "portolan " + purpose.name();
      keys.put(purpose, new Keys(derived(root, name + " tag"), derived(root, name + " pad")));
    }
  }

  /**
   * The token of a delivery: 32 lower-case letters and digits, or 27 base64url characters in a URL.
   */
  public String sign(Purpose purpose, long deliveryId) {
    byte[] token = token(purpose, deliveryId);
    return switch (purpose.encoding) {
      case BASE32 -> Base32.encode(token);
      case BASE64_URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    };
  }

  /**
   * The delivery for which this installation made the token, or nothing if it did not make it for
   * that purpose.
   */
  public OptionalLong verify(Purpose purpose, String token) {
    if (token.length() != purpose.encoding.length) {
      return OptionalLong.empty();
    }
    byte[] given;
    try {
      given =
          switch (purpose.encoding) {
            case BASE32 -> Base32.decode(token);
            case BASE64_URL -> Base64.getUrlDecoder().decode(token);
          };
    } catch (IllegalArgumentException notEncoded) {
      return OptionalLong.empty();
    }
    byte[] tag = Arrays.copyOf(given, TAG_LENGTH);
    long deliveryId = ByteBuffer.wrap(given).getLong(TAG_LENGTH) ^ pad(purpose, tag);
    return MessageDigest.isEqual(token(purpose, deliveryId), given)
        ? OptionalLong.of(deliveryId)
        : OptionalLong.empty();
  }

  private byte[] token(Purpose purpose, long deliveryId) {
    Mac mac = copy(keysOf(purpose).tag());
    byte[] tag =
        Arrays.copyOf(
            mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(deliveryId).array()), TAG_LENGTH);
    return ByteBuffer.allocate(TOKEN_LENGTH)
        .put(tag)
        .putLong(deliveryId ^ pad(purpose, tag))
        .array();
  }

  private long pad(Purpose purpose, byte[] tag) {
    return ByteBuffer.wrap(copy(keysOf(purpose).pad()).doFinal(tag)).getLong();
  }

  private Keys keysOf(Purpose purpose) {
    Keys found = keys.get(purpose);
    if (found == null) {
      throw new IllegalStateException("no key for " + purpose);
    }
    return found;
  }

  private static Mac derived(Mac root, String name) {
    return keyed(copy(root).doFinal(name.getBytes(StandardCharsets.US_ASCII)));
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static Mac copy(Mac keyed) {
    try {
      return (Mac) keyed.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's " + ALGORITHM + " can be copied", e);
    }
  }
}
