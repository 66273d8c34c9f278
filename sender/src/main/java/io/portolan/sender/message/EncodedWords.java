package io.portolan.sender.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes text as encoded-words (RFC 2047): in Q where most of it is ASCII, else in B. Jakarta
 * Mail's own encoder costs more than all the rest of a message.
 */
final class EncodedWords {
  // RFC 2047 2: a line with an encoded-word has at most 76 characters, the first of which is the
  // blank that folds
  private static final int LINE = 75;
  private static final String END = "?=";
  private static final String HEX = "0123456789ABCDEF";

  private EncodedWords() {}

  /**
   * Encodes all of a text, one word a line.
   *
   * @param text without lone surrogates
   * @param used the characters that stand before it in its line
   */
  static String encode(String text, int used) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    int above = 0;
    for (byte octet : octets) {
      above += octet < 0 ? 1 : 0;
    }
    boolean quoted = above * 2 <= octets.length;
    String begin = quoted ? "=?UTF-8?Q?" : "=?UTF-8?B?";
    StringBuilder words = new StringBuilder(octets.length * 3 + 32);
    int start = 0;
    while (start < octets.length) {
      int room = LINE - begin.length() - END.length() - (start == 0 ? used : 0);
      int end = quoted ? endOfQuoted(octets, start, room) : endOfBase64(octets, start, room);
      words.append(start == 0 ? "" : "\r\n ").append(begin);
      if (quoted) {
        appendQuoted(words, octets, start, end);
      } else {
        words.append(Base64.getEncoder().encodeToString(Arrays.copyOfRange(octets, start, end)));
      }
      words.append(END);
      start = end;
    }
    return words.toString();
  }

  private static int endOfQuoted(byte[] octets, int start, int room) {
    int width = 0;
    int end = start;
    while (end < octets.length) {
      int next = nextCharacter(octets, end);
      for (int i = end; i < next; i++) {
        width += isPlain(octets[i]) || octets[i] == ' ' ? 1 : 3;
      }
      if (width > room && end > start) {
        break;
      }
      end = next;
    }
    return end;
  }

  private static int endOfBase64(byte[] octets, int start, int room) {
    int limit = start + room / 4 * 3;
    int end = start;
    while (end < octets.length) {
      int next = nextCharacter(octets, end);
      if (next > limit && end > start) {
        break;
      }
      end = next;
    }
    return end;
  }

  /** A character is never divided between two words (RFC 2047 section 5). */
  private static int nextCharacter(byte[] octets, int start) {
    int next = start + 1;
    while (next < octets.length && (octets[next] & 0xC0) == 0x80) {
      next++;
    }
    return next;
  }

  private static void appendQuoted(StringBuilder words, byte[] octets, int start, int end) {
    for (int i = start; i < end; i++) {
      byte octet = octets[i];
      if (octet == ' ') {
        words.append('_');
      } else if (isPlain(octet)) {
        words.append((char) octet);
      } else {
        words.append('=').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
      }
    }
  }

  private static boolean isPlain(byte octet) {
    return (octet >= 'a' && octet <= 'z')
        || (octet >= 'A' && octet <= 'Z')
        || (octet >= '0' && octet <= '9');
  }
}
