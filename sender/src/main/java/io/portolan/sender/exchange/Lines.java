package io.portolan.sender.exchange;

import io.portolan.core.Octets;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/**
 * Lines of a message, read through when they are made and never again: what they ask of a peer, and
 * where a dot must be doubled. So what many messages have in common is read once for all of them.
 *
 * <p>Immutable, as the octets must be.
 */
public final class Lines {
  private static final int[] NONE = {};
  private static final byte[] DOT = {'.'};

  private final byte[] octets;
  private final int from;
  private final int to;
  private final boolean eightBit;
  private final boolean bareLineBreak;
  private final int[] dots;

  private Lines(byte[] octets, int from, int to) {
    this.octets = octets;
    this.from = from;
    this.to = to;
    boolean above = false;
    boolean bare = false;
    int[] found = NONE;
    int count = 0;
    if (startsWithDot(from)) {
      found = new int[] {from};
      count = 1;
    }
    for (int i = Octets.endOfPlain(octets, from, to);
        i < to;
        i = Octets.endOfPlain(octets, i + 1, to)) {
      byte octet = octets[i];
      if (octet < 0) {
        above = true;
      } else if (octet == '\n') {
        bare |= i == from || octets[i - 1] != '\r';
        if (startsWithDot(i + 1)) {
          found = count < found.length ? found : Arrays.copyOf(found, 2 * count + 4);
          found[count++] = i + 1;
        }
      } else if (octet == '\r') {
        bare |= i + 1 == to || octets[i + 1] != '\n';
      }
    }
    eightBit = above;
    bareLineBreak = bare;
    dots = count == found.length ? found : Arrays.copyOf(found, count);
  }

  /**
   * Reads lines through.
   *
   * @param octets not to be changed any more
   */
  public static Lines of(byte[] octets) {
    return of(octets, 0, octets.length);
  }

  /**
   * Reads lines through that are some of these octets.
   *
   * @param octets of which none that is read may be changed any more
   */
  public static Lines of(byte[] octets, int from, int to) {
    return new Lines(octets, from, to);
  }

  private boolean startsWithDot(int lineStart) {
    return lineStart < to && octets[lineStart] == '.';
  }

  int length() {
    return to - from;
  }

  /** Whether any octet is above ASCII. */
  boolean isEightBit() {
    return eightBit;
  }

  /** Whether a CR or LF stands alone. */
  boolean hasBareLineBreak() {
    return bareLineBreak;
  }

  /** Whether the last line is ended by CRLF. */
  boolean isEnded() {
    return to - from >= 2 && octets[to - 2] == '\r' && octets[to - 1] == '\n';
  }

  /**
   * Writes the lines, a dot doubled at the start of each (RFC 5321 section 4.5.2).
   *
   * @param leaveOut how many octets at the end not to write
   * @param each in which a block must leave
   */
  void write(Wire wire, int leaveOut, Duration each) throws IOException {
    int start = from;
    for (int dot : dots) {
      wire.put(octets, start, dot, each).put(DOT, 0, 1, each);
      start = dot;
    }
    wire.put(octets, start, to - leaveOut, each);
  }

  void copyTo(byte[] target, int at) {
    System.arraycopy(octets, from, target, at, to - from);
  }
}
