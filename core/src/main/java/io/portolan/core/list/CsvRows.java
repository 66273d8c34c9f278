package io.portolan.core.list;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.portolan.core.InvalidException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a CSV file (RFC 4180, UTF-8), read so that a bad row costs that row alone. Not
 * thread-safe.
 *
 * <p>A line ends with LF, CRLF or CR. A quote within a field that did not begin with one is itself.
 * Blank lines are left out.
 */
final class CsvRows {
  /*
   * A parser that stops at its first error cannot go on behind it, and one that reads characters
   * cannot tell which row had the bad bytes. So rows are cut here, in bytes. A row that breaks the
   * rules or outgrows the bound is given up, and reading goes on with the line after the one on
   * which it began: a quote that is never closed would swallow everything behind it otherwise.
   */

  /** The longest row in bytes: a sender holds the attributes of thousands of recipients at once. */
  static final int LONGEST_ROW = 65_536;

  private static final int LONGEST_CONTENT = 1_000;
  private static final int END = -1;
  private static final int TOO_LONG = -2;

  private final InputStream in;
  private final byte[] buffer = new byte[4 * LONGEST_ROW];
  private int start; // of the present row in the buffer
  private int limit;
  private boolean ended;
  private long position; // of the present row in the file
  private long line = 1;

  private char separator = ',';
  private int wanted = Integer.MAX_VALUE;

  // the present row; offsets count from start
  private int[] from = new int[64];
  private int[] to = new int[64];
  private boolean[] doubled = new boolean[64]; // the field holds doubled quotes
  private int count;
  private int bits; // all bytes of its fields, or-ed
  private boolean hasNul;
  private int firstLineEnd;
  private int lineBreaks; // within quotes
  private int end;
  private boolean endsLater; // its line is longer than the bound

  /** Stands before the first row of a file, behind its byte order mark if it has one. */
  CsvRows(InputStream in) throws IOException {
    this.in = in;
    int first = byteAt(0);
    int second = byteAt(1);
    if ((first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF)) {
      throw new InvalidException("file", "is UTF-16; save it as CSV in UTF-8");
    }
    if (first == 0xEF && second == 0xBB && byteAt(2) == 0xBF) {
      skip(3);
    }
  }

  /**
   * Says how the present row and those behind it are to be read.
   *
   * @param newSeparator between fields, an ASCII character
   * @param newWanted how many fields of each row are wanted; those behind are only counted
   */
  void expect(char newSeparator, int newWanted) {
    separator = newSeparator;
    wanted = newWanted;
  }

  /** Goes on to the next row that is not blank; empty at the end of the file. */
  Optional<ParsedRow> next() throws IOException {
    leave();
    while (isLineEnd(byteAt(0))) {
      leave();
    }
    return byteAt(0) == END ? Optional.empty() : Optional.of(read());
  }

  /** Reads the present row again, after {@link #expect} said how. */
  ParsedRow again() throws IOException {
    return read();
  }

  /** The beginning of the present row, as text. */
  String content() {
    int length = Math.min(end, 4 * LONGEST_CONTENT);
    while (length < end && length > 0 && (buffer[start + length] & 0xC0) == 0x80) {
      length--; // not within a character
    }
    String text =
        new String(buffer, start, length, isUtf8(buffer, start, length) ? UTF_8 : ISO_8859_1);
    int shown = Math.min(text.length(), LONGEST_CONTENT);
    if (shown < text.length() && Character.isHighSurrogate(text.charAt(shown - 1))) {
      shown--;
    }
    return text.substring(0, shown).replace('\0', '\ufffd');
  }

  /** How many bytes of the file have been read, up to the end of the present row. */
  long bytesRead() {
    return position + end;
  }

  private ParsedRow read() throws IOException {
    count = 0;
    bits = 0;
    hasNul = false;
    firstLineEnd = -1;
    lineBreaks = 0;
    int offset = 0;
    while (true) {
      int fieldEnd = byteAt(offset) == '"' ? quoted(offset) : plain(offset);
      if (fieldEnd < 0) {
        return givenUp(offset, "has a quote that is not closed");
      }
      offset = fieldEnd;
      int next = byteAt(offset);
      if (next == separator) {
        offset++;
      } else if (next == END || isLineEnd(next)) {
        end = offset;
        return whole();
      } else {
        return givenUp(offset, "has text behind a closing quote");
      }
    }
  }

  /** Adds the field without quotes that begins here and returns its end. */
  private int plain(int begin) throws IOException {
    int offset = begin;
    while (true) {
      int b = byteAt(offset);
      if (b < 0 || b == separator || isLineEnd(b)) {
        add(begin, offset, false);
        return offset;
      }
      bits |= b;
      hasNul |= b == 0;
      offset++;
    }
  }

  /** Adds the field within quotes that begins here and returns its end, or -1 if it has none. */
  private int quoted(int begin) throws IOException {
    boolean hasDoubled = false;
    int offset = begin + 1;
    while (true) {
      int b = byteAt(offset);
      if (b < 0) {
        return -1;
      }
      if (b == '"') {
        if (byteAt(offset + 1) != '"') {
          add(begin + 1, offset, hasDoubled);
          return offset + 1;
        }
        hasDoubled = true;
        offset++;
      } else if (isLineEnd(b)) {
        firstLineEnd = firstLineEnd < 0 ? offset : firstLineEnd;
        lineBreaks += b == '\r' && byteAt(offset + 1) == '\n' ? 0 : 1;
      }
      bits |= b;
      hasNul |= b == 0;
      offset++;
    }
  }

  private void add(int begin, int fieldEnd, boolean hasDoubled) {
    if (count < wanted) {
      if (count == from.length) {
        from = Arrays.copyOf(from, 2 * count);
        to = Arrays.copyOf(to, 2 * count);
        doubled = Arrays.copyOf(doubled, 2 * count);
      }
      from[count] = begin;
      to[count] = fieldEnd;
      doubled[count] = hasDoubled;
    }
    count++;
  }

  private ParsedRow whole() {
    if (hasNul) {
      return bad("has a NUL character");
    }
    boolean ascii = bits < 0x80;
    if (!ascii && !isUtf8(buffer, start, end)) {
      return bad("is not in UTF-8");
    }
    int kept = Math.min(count, wanted);
    List<String> fields = new ArrayList<>(kept);
    for (int field = 0; field < kept; field++) {
      int length = to[field] - from[field];
      String text = new String(buffer, start + from[field], length, ascii ? ISO_8859_1 : UTF_8);
      fields.add(doubled[field] ? text.replace("\"\"", "\"") : text);
    }
    return new ParsedRow.Good(line, fields, count);
  }

  /** Ends the row with the line on which it began. */
  private ParsedRow givenUp(int offset, String reason) throws IOException {
    lineBreaks = 0;
    end = firstLineEnd;
    for (int i = offset; end < 0; i++) {
      int b = byteAt(i);
      if (b < 0 || isLineEnd(b)) {
        end = i;
        endsLater = b == TOO_LONG;
      }
    }
    return bad(endsLater ? "is longer than %,d bytes".formatted(LONGEST_ROW) : reason);
  }

  private ParsedRow bad(String reason) {
    return new ParsedRow.Bad(new ImportReject(line, reason, content()));
  }

  /** Goes behind the present row and the end of its line. */
  private void leave() throws IOException {
    skip(end);
    end = 0;
    line += lineBreaks;
    lineBreaks = 0;
    while (endsLater && byteAt(0) != END) {
      int stop = start;
      while (stop < limit && !isLineEnd(buffer[stop])) {
        stop++;
      }
      endsLater = stop == limit;
      skip(stop - start);
    }
    endsLater = false;
    if (isLineEnd(byteAt(0))) {
      skip(byteAt(0) == '\r' && byteAt(1) == '\n' ? 2 : 1);
      line++;
    }
  }

  private void skip(int bytes) {
    start += bytes;
    position += bytes;
  }

  private int byteAt(int offset) throws IOException {
    if (offset >= LONGEST_ROW) {
      return TOO_LONG;
    }
    while (start + offset >= limit) {
      if (!fill()) {
        return END;
      }
    }
    return buffer[start + offset] & 0xFF;
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    limit -= start;
    start = 0;
    int read = in.read(buffer, limit, buffer.length - limit);
    ended = read < 0;
    limit += Math.max(read, 0);
    return !ended;
  }

  private static boolean isLineEnd(int b) {
    return b == '\n' || b == '\r';
  }

  private static boolean isUtf8(byte[] bytes, int offset, int length) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
