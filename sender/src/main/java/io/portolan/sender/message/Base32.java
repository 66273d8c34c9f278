package io.portolan.sender.message;

/**
 * Base32 (RFC 4648 section 6) without padding, in lower case; read in any case. For lengths that
 * need no padding.
 */
final class Base32 {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  private Base32() {}

  /**
   * @param octets whose number divides by five
   */
  static String encode(byte[] octets) {
    StringBuilder text = new StringBuilder(octets.length / 5 * 8);
    for (int i = 0; i < octets.length; i += 5) {
      long group = 0;
      for (int k = 0; k < 5; k++) {
        group = group << 8 | (octets[i + k] & 0xFF);
      }
      for (int shift = 35; shift >= 0; shift -= 5) {
        text.append(ALPHABET.charAt((int) (group >>> shift & 31)));
      }
    }
    return text.toString();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param text whose length divides by eight
   * @throws IllegalArgumentException if it has a character that is not of the alphabet
   */
  static byte[] decode(String text) {
    byte[] octets = new byte[text.length() / 8 * 5];
    for (int i = 0, out = 0; i < text.length(); i += 8, out += 5) {
      long group = 0;
      for (int k = 0; k < 8; k++) {
        group = group << 5 | value(text.charAt(i + k));
      }
      for (int k = 0; k < 5; k++) {
        octets[out + k] = (byte) (group >>> (32 - 8 * k));
      }
    }
    return octets;
  }

  private static int value(char c) {
    if (c >= 'a' && c <= 'z') {
      return c - 'a';
    }
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= '2' && c <= '7') {
      return c - '2' + 26;
    }
    throw new IllegalArgumentException("not a base32 character");
  }
}
