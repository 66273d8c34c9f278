package io.portolan.core.reply;

import java.util.List;
import java.util.Optional;

/**
 * A reply of an SMTP server (RFC 5321 section 4.2), of one line or several.
 *
 * @param code three digits, 200 to 599
 * @param enhanced the status code of RFC 2034 at the head of the text, where there is one
 * @param text the text of all lines, joined by line feeds, without reply code and enhanced code;
 *     control characters are replaced by spaces, and what is longer than {@value #MAX_TEXT}
 *     characters is cut
 */
public record SmtpReply(int code, Optional<EnhancedStatusCode> enhanced, String text) {
  /** The longest text kept. */
  public static final int MAX_TEXT = 2_000;

  private static final int SHOWN_GARBAGE = 80;

  public SmtpReply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("not an SMTP reply code: " + code);
    }
    text = cleaned(text);
  }

  /** A reply of one line as the server wrote it, such as {@code 550 5.1.1 User unknown}. */
  public static SmtpReply parse(String line) throws MalformedReplyException {
    return parse(line.lines().toList());
  }

  /**
   * Reads the lines of one reply, given without their line ends. Lenient where servers are known to
   * be careless: the last line's code counts where the lines differ, and a separator may be missing
   * from the lines between.
   *
   * @throws MalformedReplyException if there is no line, or the last has no reply code
   */
  public static SmtpReply parse(List<String> lines) throws MalformedReplyException {
    if (lines.isEmpty()) {
      throw new MalformedReplyException("The peer sent an empty reply.");
    }
    int code = code(lines.getLast());
    if (code == 0) {
      throw new MalformedReplyException(
          "The peer sent no SMTP reply: \"" + cut(cleaned(lines.getLast()), SHOWN_GARBAGE) + "\"");
    }
    Optional<EnhancedStatusCode> enhanced = Optional.empty();
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      int start = startOfText(line);
      int codeStart = start < line.length() && line.charAt(start) == '#' ? start + 1 : start;
      int length = EnhancedStatusCode.lengthAt(line, codeStart);
      if (length > 0) {
        if (enhanced.isEmpty()) {
          enhanced = Optional.of(EnhancedStatusCode.read(line, codeStart));
        }
        start = afterBlanks(line, codeStart + length);
      }
      if (!text.isEmpty()) {
        text.append('\n');
      }
      text.append(line, start, Math.min(line.length(), start + MAX_TEXT));
      if (text.length() > MAX_TEXT) {
        break;
      }
    }
    return new SmtpReply(code, enhanced, text.toString());
  }

  /** A 2yz reply: what was asked is done. */
  public boolean isPositive() {
    return code < 300;
  }

  /** A 4yz reply: the same may succeed later. */
  public boolean isTransient() {
    return code / 100 == 4;
  }

  /** A 5yz reply: the same will not succeed again. */
  public boolean isPermanent() {
    return code / 100 == 5;
  }

  /** The reply on one line: code, enhanced code where there is one, text. */
  public String line() {
    StringBuilder line = new StringBuilder(text.length() + 16).append(code);
    enhanced.ifPresent(status -> line.append(' ').append(status));
    return text.isEmpty()
        ? line.toString()
        : line.append(' ').append(text.replace('\n', ' ')).toString();
  }

  @Override
  public String toString() {
    return line();
  }

  private static int code(String line) {
    if (line.length() < 3
        || (line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-')) {
      return 0;
    }
    char first = line.charAt(0);
    char second = line.charAt(1);
    char third = line.charAt(2);
    // RFC 5321 4.2 allows 0 to 5 in second place; 585 has been seen
    if (first < '2' || first > '5' || second < '0' || second > '9' || third < '0' || third > '9') {
      return 0;
    }
    return (first - '0') * 100 + (second - '0') * 10 + third - '0';
  }

  private static int startOfText(String line) {
    return code(line) == 0 ? 0 : afterBlanks(line, Math.min(4, line.length()));
  }

  private static int afterBlanks(String line, int start) {
    int i = start;
    while (i < line.length() && line.charAt(i) == ' ') {
      i++;
    }
    return i;
  }

  private static String cleaned(String text) {
    String kept = cut(text, MAX_TEXT);
    StringBuilder out = new StringBuilder(kept.length());
    for (int i = 0; i < kept.length(); i++) {
      char c = kept.charAt(i);
      out.append(c != '\n' && Character.isISOControl(c) ? ' ' : c);
    }
    return out.toString();
  }

  private static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
  }
}
