package io.portolan.core.reply;

import java.util.Locale;
import java.util.Optional;

/** The form of a reply's text in which rules look at it. */
final class ReplyText {
  private static final int ASCII = 0x80;
  private static final boolean[] IN_WORD = new boolean[ASCII];

  static {
    for (char c = 0; c < ASCII; c++) {
      IN_WORD[c] = !Character.isWhitespace(c) && "<>()[]\",;:".indexOf(c) < 0;
    }
  }

  private ReplyText() {}

  /**
   * A text in lower case, on one line, with single spaces, and with an @ in place of every mail
   * address: what an address says is not what the server says.
   */
  static String normalised(String text) {
    String lower = isAscii(text) ? text : text.toLowerCase(Locale.ROOT);
    char[] out = new char[lower.length()];
    int end = 0;
    int wordStart = 0;
    boolean hasAt = false;
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (isInWord(c)) {
        hasAt |= c == '@';
        out[end++] = c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
        continue;
      }
      if (hasAt) {
        out[wordStart] = '@';
        end = wordStart + 1;
        hasAt = false;
      }
      if (!Character.isWhitespace(c)) {
        out[end++] = c;
      } else if (end > 0 && out[end - 1] != ' ') {
        out[end++] = ' ';
      }
      wordStart = end;
    }
    if (hasAt) {
      out[wordStart] = '@';
      end = wordStart + 1;
    }
    return new String(out, 0, end);
  }

  /** The status code that qmail and its kin put into a text, as in {@code (#5.1.1)}. */
  static Optional<EnhancedStatusCode> statusInParentheses(String text) {
    int start = text.indexOf("(#");
    return start >= 0 && EnhancedStatusCode.lengthAt(text, start + 2) > 0
        ? Optional.of(EnhancedStatusCode.read(text, start + 2))
        : Optional.empty();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= ASCII) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInWord(char c) {
    return c < ASCII ? IN_WORD[c] : !Character.isWhitespace(c);
  }
}
