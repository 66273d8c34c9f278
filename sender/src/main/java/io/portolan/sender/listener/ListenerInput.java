package io.portolan.sender.listener;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a peer sends, in lines. A command ends with CRLF and with nothing else, and so does the line
 * with the dot, so that nobody can hide a second mail in the first (RFC 5321 sections 2.3.8 and
 * 4.1.1.4). Not thread-safe.
 */
final class ListenerInput {
  /** RFC 5321 section 4.5.3.1.4 asks for 512 and room for what extensions add. */
  static final int LONGEST_COMMAND = 2_048;

  private static final int BUFFER_BYTES = 16 * 1024;
  // beyond the size that is taken so much is read to answer; who sends more is cut off
  private static final int MOST_IN_EXCESS = 16;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int end;

  ListenerInput(InputStream in) {
    this.in = in;
  }

  /** Says that the peer does not keep to the protocol, so that what follows cannot be told. */
  static final class BrokenProtocol extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenProtocol(String message) {
      super(message);
    }
  }

  /** Whether the peer has sent what nobody asked for yet. */
  boolean hasMore() throws IOException {
    return position < end || in.available() > 0;
  }

  /**
   * The next command, without its CRLF.
   *
   * @throws BrokenProtocol if it has no such end within the length of a command, or has CR, LF or
   *     NUL within
   */
  String command() throws IOException {
    byte[] line = new byte[LONGEST_COMMAND];
    int length = 0;
    while (true) {
      int next = next();
      if (next == '\n') {
        if (length == 0 || line[length - 1] != '\r') {
          throw new BrokenProtocol("bare LF received");
        }
        break;
      }
      if (next == 0) {
        throw new BrokenProtocol("NUL received");
      }
      if (length > 0 && line[length - 1] == '\r') {
        throw new BrokenProtocol("bare CR received");
      }
      if (length == line.length) {
        throw new BrokenProtocol("line too long");
      }
      line[length++] = (byte) next;
    }
    return new String(line, 0, length - 1, StandardCharsets.UTF_8);
  }

  /**
   * The data up to the line with the dot. Lines within may end with a bare LF, as those of old
   * programs do; a dot on such a line, or after one, ends nothing and is refused.
   *
   * @return the mail without the dots that were added to it; empty where it is longer than is taken
   * @throws BrokenProtocol if there is a dot that another server might take for the end
   */
  Optional<byte[]> data(int most) throws IOException {
    ByteArrayOutputStream mail = new ByteArrayOutputStream(BUFFER_BYTES);
    long total = 0;
    long inLine = 0;
    boolean isDot = false; // the line is a dot and CRs so far
    boolean isAfterCrLf = true;
    int last = '\n';
    int lastButOne = '\r';
    while (true) {
      int octet = next();
      if (lastButOne == '\r' && last == '.' && (octet == '\r' || octet == '\n')) {
        throw falseDot();
      }
      if (octet == '\n' && isDot) {
        if (!isAfterCrLf || last != '\r' || inLine != 2) {
          throw falseDot();
        }
        return total - 1 <= most ? Optional.of(withoutLast(mail)) : Optional.empty();
      }
      boolean isFirst = inLine == 0;
      isDot = isFirst ? octet == '.' : isDot && octet == '\r';
      if (!(isFirst && octet == '.')) {
        total++;
        if (total <= most + 1L) {
          mail.write(octet);
        } else if (total > (long) most * MOST_IN_EXCESS) {
          throw new BrokenProtocol("more data than anybody would send");
        }
      }
      if (octet == '\n') {
        isAfterCrLf = last == '\r';
        inLine = 0;
      } else {
        inLine++;
      }
      lastButOne = last;
      last = octet;
    }
  }

  /** The CR of the line with the dot is no part of the mail. */
  private static byte[] withoutLast(ByteArrayOutputStream mail) {
    return Arrays.copyOf(mail.toByteArray(), mail.size() - 1);
  }

  private static BrokenProtocol falseDot() {
    return new BrokenProtocol("a dot on a line that does not begin and end with CRLF");
  }

  private int next() throws IOException {
    if (position == end) {
      int read = in.read(buffer);
      if (read < 0) {
        throw new EOFException("the peer hung up");
      }
      position = 0;
      end = read;
    }
    return buffer[position++];
  }
}
