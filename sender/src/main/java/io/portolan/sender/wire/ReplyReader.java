package io.portolan.sender.wire;

import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.SmtpReply;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads replies (RFC 5321 section 4.2) in bounded memory: of a line the first {@value #KEPT} octets
 * are kept, and a reply of more than {@value #MAX_OCTETS} octets or {@value #MAX_LINES} lines is
 * refused. Not thread-safe.
 */
final class ReplyReader {
  private static final int KEPT = 4096;
  private static final int MAX_OCTETS = 64 * 1024;
  private static final int MAX_LINES = 100;

  private final byte[] buffer = new byte[2 * KEPT];
  private InputStream in;
  private int position;
  private int limit;
  private int octetsLeft;

  ReplyReader(InputStream in) {
    this.in = in;
  }

  /** Reads on from another stream. What is buffered must have been dealt with. */
  void use(InputStream other) {
    in = other;
  }

  /** Whether octets have arrived that belong to no reply read so far. */
  boolean hasBuffered() {
    return position < limit;
  }

  /**
   * Reads one reply.
   *
   * @throws EOFException if the peer closed
   * @throws NotReplyException if what came is none, or has no end
   */
  SmtpReply read() throws IOException {
    return parse(readLines());
  }

  /** Reads the lines of one reply, without line ends; the first bears a code. */
  List<String> readLines() throws IOException {
    octetsLeft = MAX_OCTETS;
    String first = readLine();
    if (!hasCode(first)) {
      throw new NotReplyException("no reply code: \"" + shown(first) + "\"");
    }
    if (!continues(first)) {
      return List.of(first);
    }
    List<String> lines = new ArrayList<>();
    lines.add(first);
    String line;
    do {
      if (lines.size() == MAX_LINES) {
        throw new NotReplyException("a reply of more than " + MAX_LINES + " lines");
      }
      line = readLine();
      lines.add(line);
      // a line without a code within a reply is text that a careless server broke
    } while (!hasCode(line) || continues(line));
    return lines;
  }

  static SmtpReply parse(List<String> lines) throws NotReplyException {
    try {
      return SmtpReply.parse(lines);
    } catch (MalformedReplyException e) {
      throw new NotReplyException("no reply: \"" + shown(lines.getLast()) + "\"");
    }
  }

  private String readLine() throws IOException {
    int start = position;
    int scanned = position;
    while (true) {
      for (; scanned < limit; scanned++) {
        if (buffer[scanned] == '\n') {
          position = scanned + 1;
          octetsLeft -= position - start;
          requireRoom();
          return text(start, scanned);
        }
      }
      if (limit - start > KEPT) {
        String kept = text(start, start + KEPT);
        skipLine(limit - start);
        return kept;
      }
      scanned -= start;
      fill(start);
      start = position;
      scanned += start;
    }
  }

  /** Passes the rest of a line too long to be kept. */
  private void skipLine(int read) throws IOException {
    octetsLeft -= read;
    position = limit;
    while (true) {
      requireRoom();
      fill(position);
      while (position < limit) {
        octetsLeft--;
        if (buffer[position++] == '\n') {
          return;
        }
      }
    }
  }

  private void requireRoom() throws NotReplyException {
    if (octetsLeft < 0) {
      throw new NotReplyException("a reply of more than " + MAX_OCTETS + " octets");
    }
  }

  /** Reads more octets behind those from {@code start} on, which stay, moved to the front. */
  private void fill(int start) throws IOException {
    int kept = limit - start;
    System.arraycopy(buffer, start, buffer, 0, kept);
    position = 0;
    limit = kept;
    int count = in.read(buffer, kept, buffer.length - kept);
    if (count < 0) {
      throw new EOFException("connection closed by the peer");
    }
    limit += count;
  }

  /** The octets as text without control characters, which have no place in a log or a table. */
  private String text(int start, int end) {
    int to = end > start && buffer[end - 1] == '\r' ? end - 1 : end;
    for (int i = start; i < to; i++) {
      if ((buffer[i] >= 0 && buffer[i] < ' ') || buffer[i] == 0x7f) {
        buffer[i] = ' ';
      }
    }
    return new String(buffer, start, to - start, StandardCharsets.UTF_8);
  }

  private static boolean hasCode(String line) {
    if (line.length() < 3) {
      return false;
    }
    char first = line.charAt(0);
    return first >= '2'
        && first <= '5'
        && isDigit(line.charAt(1))
        && isDigit(line.charAt(2))
        && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '-');
  }

  private static boolean continues(String line) {
    return line.length() > 3 && line.charAt(3) == '-';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String shown(String line) {
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }
}
