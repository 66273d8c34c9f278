package io.portolan.core.reply;

import java.util.Optional;

/**
 * An enhanced mail system status code (RFC 3463), such as {@code 5.1.1}.
 *
 * @param statusClass 2 for success, 4 for a persistent transient failure, 5 for a permanent one
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatusCode(int statusClass, int subject, int detail) {
  private static final int MAX_PART = 999;

  public EnhancedStatusCode {
    if (statusClass != 2 && statusClass != 4 && statusClass != 5) {
      throw new IllegalArgumentException("status class is not 2, 4 or 5: " + statusClass);
    }
    if (subject < 0 || subject > MAX_PART || detail < 0 || detail > MAX_PART) {
      throw new IllegalArgumentException("not a status code: " + subject + "." + detail);
    }
  }

  /** Reads a text that is a status code and nothing else. */
  public static Optional<EnhancedStatusCode> parse(String text) {
    int length = lengthAt(text, 0);
    return length > 0 && length == text.length() ? Optional.of(read(text, 0)) : Optional.empty();
  }

  /**
   * The length of the status code that starts at an index and ends at a word boundary, or 0 where
   * none does.
   */
  static int lengthAt(String text, int start) {
    if (start + 5 > text.length() || "245".indexOf(text.charAt(start)) < 0) {
      return 0;
    }
    int subject = start + 1;
    int detail = endOfPart(text, subject);
    int end = detail < 0 ? -1 : endOfPart(text, detail);
    // a fourth number makes it an IP address or a version, a letter makes it a name
    boolean alone =
        end > 0
            && (end == text.length()
                || !(Character.isLetterOrDigit(text.charAt(end))
                    || (text.charAt(end) == '.'
                        && end + 1 < text.length()
                        && Character.isDigit(text.charAt(end + 1)))));
    return alone ? end - start : 0;
  }

  /** Reads the status code at an index where {@link #lengthAt} found one. */
  static EnhancedStatusCode read(String text, int start) {
    int end = start + lengthAt(text, start);
    int dot = text.indexOf('.', start + 2);
    return new EnhancedStatusCode(
        text.charAt(start) - '0',
        Integer.parseInt(text, start + 2, dot, 10),
        Integer.parseInt(text, dot + 1, end, 10));
  }

  /** Passes a dot and one to three digits; returns the index behind them, or -1. */
  private static int endOfPart(String text, int start) {
    if (start >= text.length() || text.charAt(start) != '.') {
      return -1;
    }
    int i = start + 1;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    int digits = i - start - 1;
    return digits >= 1 && digits <= 3 ? i : -1;
  }

  public boolean isPermanent() {
    return statusClass == 5;
  }

  @Override
  public String toString() {
    return statusClass + "." + subject + "." + detail;
  }
}
