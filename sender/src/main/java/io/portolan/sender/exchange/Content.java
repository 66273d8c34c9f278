package io.portolan.sender.exchange;

import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands between DATA's reply and the dot (RFC 5321 section 2.3.1): header, empty line and
 * body, each line ended by CRLF and dots as they are. Its pieces are written one after another and
 * never put together, so that large ones that messages share are copied for none.
 *
 * <p>Immutable.
 */
public final class Content {
  private static final int LINE_END = 2;

  private final List<Lines> pieces;
  private final boolean internationalHeader;
  private final boolean eightBit;
  private final boolean bareLineBreak;
  private final int length;

  private Content(boolean internationalHeader, Lines first, List<Lines> others) {
    this.internationalHeader = internationalHeader;
    pieces = new ArrayList<>(others.size() + 1);
    add(first);
    others.forEach(this::add);
    int octets = 0;
    boolean above = false;
    boolean bare = false;
    for (Lines piece : pieces) {
      octets += piece.length();
      above |= piece.isEightBit();
      bare |= piece.hasBareLineBreak();
    }
    length = octets;
    eightBit = above;
    bareLineBreak = bare;
  }

  private void add(Lines piece) {
    if (piece.length() == 0) {
      return;
    }
    if (!pieces.isEmpty() && !pieces.getLast().isEnded()) {
      throw new IllegalArgumentException("a line has no end where others follow");
    }
    pieces.add(piece);
  }

  /**
   * Of pieces, each of whole lines.
   *
   * @param header with the empty line that ends it
   * @throws IllegalArgumentException if another line than the last has no end
   */
  public static Content of(Lines header, List<Lines> body) {
    return new Content(header.isEightBit(), header, body);
  }

  /**
   * Of a whole message.
   *
   * @param message not to be changed any more
   */
  public static Content of(byte[] message) {
    int bodyStart = bodyStart(message);
    return of(
        Lines.of(message, 0, bodyStart), List.of(Lines.of(message, bodyStart, message.length)));
  }

  /** Behind the first empty line; the end if there is none. */
  private static int bodyStart(byte[] message) {
    int lineStart = 0;
    for (int i = 1; i < message.length; i++) {
      if (message[i] == '\n' && message[i - 1] == '\r') {
        if (i - 1 == lineStart) {
          return i + 1;
        }
        lineStart = i + 1;
      }
    }
    return message.length;
  }

  /**
   * The same under one more field.
   *
   * @param field with its line end
   */
  public Content under(Lines field) {
    return new Content(internationalHeader || field.isEightBit(), field, pieces);
  }

  /** How many octets it has, without those that are doubled. */
  public int length() {
    return length;
  }

  /** All of it in one copy, to be looked at. */
  public byte[] octets() {
    byte[] all = new byte[length];
    int at = 0;
    for (Lines piece : pieces) {
      piece.copyTo(all, at);
      at += piece.length();
    }
    return all;
  }

  /** Whether any octet is above ASCII (RFC 6152). */
  boolean isEightBit() {
    return eightBit;
  }

  /** Whether such an octet is in the header (RFC 6532). */
  boolean hasInternationalHeader() {
    return internationalHeader;
  }

  /** Whether a CR or LF stands alone. */
  boolean hasBareLineBreak() {
    return bareLineBreak;
  }

  /**
   * Writes all but the last line break, which is part of the end of data.
   *
   * @param each in which a block must leave
   */
  void write(Wire wire, Duration each) throws IOException {
    for (int i = 0; i < pieces.size(); i++) {
      Lines piece = pieces.get(i);
      piece.write(wire, i == pieces.size() - 1 && piece.isEnded() ? LINE_END : 0, each);
    }
  }
}
