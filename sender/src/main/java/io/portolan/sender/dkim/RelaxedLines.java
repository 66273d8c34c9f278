package io.portolan.sender.dkim;

import io.portolan.core.Octets;
import java.util.Arrays;

/**
 * Lines of a body in relaxed form (RFC 6376 3.4.4): no blanks at the end of a line, runs of blanks
 * as one space. The empty lines behind the last are counted, not written, as the end of a body has
 * none.
 *
 * <p>Immutable.
 */
public final class RelaxedLines {
  private final byte[] octets;
  private final int length;
  private final int emptyLinesBehind;

  private RelaxedLines(byte[] octets, int length, int emptyLinesBehind) {
    this.octets = octets;
    this.length = length;
    this.emptyLinesBehind = emptyLinesBehind;
  }

  /**
   * Brings lines into relaxed form.
   *
   * @param lines whose lines end with CRLF, the last one perhaps without; not to be changed
   */
  public static RelaxedLines of(byte[] lines) {
    RelaxedLines relaxed = of(lines, 0, lines.length);
    boolean isSame = Arrays.equals(relaxed.octets, 0, relaxed.length, lines, 0, lines.length);
    return new RelaxedLines(
        isSame ? lines : Arrays.copyOf(relaxed.octets, relaxed.length),
        relaxed.length,
        relaxed.emptyLinesBehind);
  }

  static RelaxedLines of(byte[] lines, int from, int to) {
    byte[] out = new byte[to - from + 2];
    int length = 0;
    int emptyLines = 0;
    int lineStart = from;
    while (lineStart < to) {
      int end = Octets.endOfPlain(lines, lineStart, to);
      while (end < to && lines[end] != '\r') {
        end = Octets.endOfPlain(lines, end + 1, to);
      }
      int stop = end;
      while (stop > lineStart && isBlank(lines[stop - 1])) {
        stop--;
      }
      if (stop == lineStart) {
        emptyLines++;
      } else {
        for (; emptyLines > 0; emptyLines--) {
          length = lineEnd(out, length);
        }
        length = lineEnd(out, line(out, length, lines, lineStart, stop));
      }
      lineStart = end + 2;
    }
    return new RelaxedLines(out, length, emptyLines);
  }

  /** Copies a line that ends with no blank. */
  private static int line(byte[] out, int at, byte[] lines, int from, int to) {
    if (!Octets.hasWideBlank(lines, from, to)) {
      System.arraycopy(lines, from, out, at, to - from);
      return at + to - from;
    }
    int length = at;
    boolean afterBlank = false;
    for (int i = from; i < to; i++) {
      byte octet = lines[i];
      boolean blank = isBlank(octet);
      if (!blank) {
        out[length++] = octet;
      } else if (!afterBlank) {
        out[length++] = ' ';
      }
      afterBlank = blank;
    }
    return length;
  }

  private static int lineEnd(byte[] out, int at) {
    out[at] = '\r';
    out[at + 1] = '\n';
    return at + 2;
  }

  private static boolean isBlank(byte octet) {
    return octet == ' ' || octet == '\t';
  }

  byte[] octets() {
    return octets;
  }

  int length() {
    return length;
  }

  int emptyLinesBehind() {
    return emptyLinesBehind;
  }
}
