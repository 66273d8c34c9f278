package io.portolan.sender.message;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Brings text into the form of a header field. Whatever comes in, one field comes out: no line
 * break, control character or lone surrogate passes {@link #oneLine}, and what it returns is what a
 * reader decodes.
 */
final class HeaderText {
  // longer runs without a blank are encoded, as a field can be folded only at blanks and a line has
  // 998 octets
  private static final int LONGEST_PLAIN_WORD = 200;

  // RFC 2047 2: an encoded-word has 75 characters, 12 of which are "=?UTF-8?Q?" and "?="; each
  // octet may take three
  private static final int OCTETS_PER_WORD = 21;

  private HeaderText() {}

  /**
   * Makes one line of a text: every run of blanks, line breaks and control characters becomes one
   * space, those at the ends go, and half a surrogate pair becomes U+FFFD.
   */
  static String oneLine(String text) {
    if (isOneLine(text)) {
      return text;
    }
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if (isBreak(point)) {
        if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
          line.append(' ');
        }
      } else {
        line.appendCodePoint(Character.getType(point) == Character.SURROGATE ? 0xFFFD : point);
      }
    }
    int end = line.length();
    if (end > 0 && line.charAt(end - 1) == ' ') {
      line.setLength(end - 1);
    }
    return line.toString();
  }

  /**
   * An unstructured field (RFC 5322 section 2.2.1) of any text, folded, without CRLF at its end.
   */
  static String unstructured(String name, String text) {
    return name + ": " + MimeUtility.fold(name.length() + 2, encoded(oneLine(text)));
  }

  /**
   * Text as encoded-words (RFC 2047) where it needs them: above ASCII, or where plain text would be
   * read as an encoded-word or could not be folded.
   */
  static String encoded(String line) {
    boolean ascii = true;
    int word = 0;
    int longest = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      ascii &= c < 0x80;
      word = c == ' ' ? 0 : word + 1;
      longest = Math.max(longest, word);
    }
    if (!ascii) {
      try {
        return MimeUtility.encodeText(line, "UTF-8", null);
      } catch (UnsupportedEncodingException e) {
        throw new IllegalStateException("every Java platform has UTF-8", e);
      }
    }
    return longest > LONGEST_PLAIN_WORD || line.contains("=?") ? quoted(line) : line;
  }

  /**
   * Jakarta Mail leaves ASCII as it is, so that what looks like an encoded-word has to be encoded
   * here.
   */
  private static String quoted(String ascii) {
    byte[] octets = ascii.getBytes(StandardCharsets.US_ASCII);
    StringBuilder words = new StringBuilder(octets.length * 4);
    for (int i = 0; i < octets.length; i++) {
      if (i % OCTETS_PER_WORD == 0) {
        words.append(i == 0 ? "=?UTF-8?Q?" : "?= =?UTF-8?Q?");
      }
      int octet = octets[i];
      if (octet == ' ') {
        words.append('_');
      } else if (Character.isLetterOrDigit(octet)) {
        words.append((char) octet);
      } else {
        words.append('=').append(String.format(Locale.ROOT, "%02X", octet));
      }
    }
    return words.append("?=").toString();
  }

  private static boolean isOneLine(String text) {
    char before = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || (c == ' ' && before == ' ')) {
        return false;
      }
      before = c;
    }
    return before != ' ' || text.isEmpty();
  }

  private static boolean isBreak(int point) {
    return point == ' '
        || switch (Character.getType(point)) {
          case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
          default -> false;
        };
  }
}
