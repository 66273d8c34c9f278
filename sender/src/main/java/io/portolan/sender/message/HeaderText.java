package io.portolan.sender.message;

import jakarta.mail.internet.MimeUtility;

/**
 * Brings text into the form of a header field. Whatever comes in, one field comes out: no line
 * break, control character or lone surrogate passes {@link #oneLine}, and what it returns is what a
 * reader decodes.
 */
final class HeaderText {
  // longer runs without a blank are encoded, as a field can be folded only at blanks and a line has
  // 998 octets
  private static final int LONGEST_PLAIN_WORD = 200;

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
    String line = oneLine(text);
    int used = name.length() + 2;
    return name
        + ": "
        + (mustEncode(line) ? EncodedWords.encode(line, used) : MimeUtility.fold(used, line));
  }

  /** Above ASCII; or plain text that would be read as an encoded-word or could not be folded. */
  private static boolean mustEncode(String line) {
    int word = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      word = c == ' ' ? 0 : word + 1;
      if (c >= 0x80 || word > LONGEST_PLAIN_WORD) {
        return true;
      }
    }
    // some readers, Jakarta Mail among them, take a line break after a backslash for quoted and
    // leave it
    return line.contains("=?") || line.contains("\\ ");
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
