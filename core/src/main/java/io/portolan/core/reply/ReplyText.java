package io.portolan.core.reply;

import java.util.Locale;
import java.util.Optional;

/** The form of a reply's text in which rules look at it. */
final class ReplyText {
  private ReplyText() {}

  /**
   * A text in lower case, on one line, with single spaces, and with an @ in place of every mail
   * address: what an address says is not what the server says.
   */
  static String normalised(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    StringBuilder out = new StringBuilder(lower.length());
    int wordStart = 0;
    boolean hasAt = false;
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (isInWord(c)) {
        hasAt |= c == '@';
        out.append(c);
        continue;
      }
      if (hasAt) {
        out.replace(wordStart, out.length(), "@");
        hasAt = false;
      }
      if (!Character.isWhitespace(c)) {
        out.append(c);
      } else if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
        out.append(' ');
      }
      wordStart = out.length();
    }
    if (hasAt) {
      out.replace(wordStart, out.length(), "@");
    }
    return out.toString();
  }

  /** The status code that qmail and its kin put into a text, as in {@code (#5.1.1)}. */
  static Optional<EnhancedStatusCode> statusInParentheses(String text) {
    int start = text.indexOf("(#");
    return start >= 0 && EnhancedStatusCode.lengthAt(text, start + 2) > 0
        ? Optional.of(EnhancedStatusCode.read(text, start + 2))
        : Optional.empty();
  }

  private static boolean isInWord(char c) {
    return !Character.isWhitespace(c) && "<>()[]\",;:".indexOf(c) < 0;
  }
}
