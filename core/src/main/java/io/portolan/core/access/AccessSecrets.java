package io.portolan.core.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Random secrets and the hashes by which they are stored. */
final class AccessSecrets {
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private AccessSecrets() {}

  static byte[] random() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return secret;
  }

  /** A random secret in letters, digits, hyphen and underscore. */
  static String randomText() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random());
  }

  /**
   * The SHA-256 of a text. Quick, and right for secrets of 256 random bits alone: they cannot be
   * guessed, however quickly a guess is checked.
   */
  static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
