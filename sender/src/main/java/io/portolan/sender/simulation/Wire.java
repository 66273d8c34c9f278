package io.portolan.sender.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One accepted connection: buffered octets in and out, TLS, and the good and bad ways to end. What
 * is written leaves when the next read would block, which groups replies as RFC 2920 section 3.2
 * asks of a server.
 *
 * <p>Not thread-safe, but for {@link #reset} and {@link #abort}, which any thread may call.
 */
final class Wire implements Closeable {
  /** A command or reply line was longer than allowed; the line is read over. */
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    LineTooLongException() {
      super("Line too long");
    }
  }

  /**
   * Holds back every octet in both directions while shut: a connection through a port that is
   * blocked under it.
   */
  static final class Gate {
    private volatile boolean shut;

    synchronized void shut(boolean value) {
      shut = value;
      notifyAll();
    }

    void pass() throws IOException {
      if (!shut) {
        return;
      }
      synchronized (this) {
        while (shut) {
          try {
            wait();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The server is closing", e);
          }
        }
      }
    }
  }

  private static final int LF = '\n';
  private static final int CR = '\r';
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Socket raw;
  private final Gate gate;
  private final int idleMillis;
  private Socket socket;
  private InputStream in;
  private OutputStream out;
  private final byte[] input = new byte[16 * 1024];
  private int position;
  private int limit;
  private byte[] output = new byte[1024];
  private int outputSize;

  /**
   * @param idle how long a read may wait for the client
   */
  Wire(Socket raw, Gate gate, Duration idle) throws IOException {
    this.raw = raw;
    this.gate = gate;
    this.idleMillis = Math.toIntExact(idle.toMillis());
    socket = raw;
    in = raw.getInputStream();
    out = raw.getOutputStream();
    raw.setTcpNoDelay(true);
    raw.setSoTimeout(idleMillis);
  }

  /**
   * Turns the connection into a TLS one. What the client sent ahead in clear is thrown away, RFC
   * 3207 section 4.2.
   */
  void startTls(SSLContext context, String... versions) throws IOException {
    flush();
    gate.pass();
    // a pause may have read the client's first words ahead
    InputStream ahead = new ByteArrayInputStream(input, position, buffered());
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, ahead, false);
    discardInput();
    tls.setEnabledProtocols(versions);
    tls.startHandshake();
    socket = tls;
    in = tls.getInputStream();
    out = tls.getOutputStream();
  }

  /** How many octets the client has sent that no command has consumed, as far as they are read. */
  int buffered() {
    return limit - position;
  }

  void discardInput() {
    position = 0;
    limit = 0;
  }

  /** Whether the client has already sent something that waits to be read. */
  boolean clientSpoke() throws IOException {
    return buffered() > 0 || in.available() > 0;
  }

  /**
   * Reads a line up to its LF and returns it without the line end.
   *
   * @throws EOFException if the client has closed
   * @throws LineTooLongException if the line with its end is longer than {@code max} octets
   */
  String readLine(int max) throws IOException {
    int from = position;
    while (true) {
      for (int i = from; i < limit; i++) {
        if (input[i] == LF) {
          return takeLine(i, max);
        }
      }
      if (limit - position > max) {
        skipLine();
        throw new LineTooLongException();
      }
      int scanned = limit - position;
      fill();
      from = position + scanned;
    }
  }

  private String takeLine(int lineFeed, int max) throws LineTooLongException {
    int start = position;
    position = lineFeed + 1;
    if (position - start > max) {
      throw new LineTooLongException();
    }
    int end = lineFeed > start && input[lineFeed - 1] == CR ? lineFeed - 1 : lineFeed;
    return new String(input, start, end - start, UTF_8);
  }

  private void skipLine() throws IOException {
    while (true) {
      while (position < limit) {
        if (input[position++] == LF) {
          return;
        }
      }
      fill();
    }
  }

  /** Waits until at least one octet is there. */
  void awaitInput() throws IOException {
    while (position == limit) {
      fill();
    }
  }

  /** Reads message data up to and with the line that holds only a dot, RFC 5321 section 4.5.2. */
  void readBody(MessageBody body) throws IOException {
    body.start();
    boolean lineStart = true;
    while (true) {
      if (lineStart) {
        while (limit - position < 3) {
          fill(); // whatever the line is, ".<CRLF>" is still to come
        }
        if (input[position] == '.') {
          if (input[position + 1] == CR && input[position + 2] == LF) {
            position += 3;
            return;
          }
          position++;
        }
      }
      if (position == limit) {
        fill();
      }
      int taken = body.append(input, position, limit);
      position += taken;
      lineStart = body.atLineStart();
    }
  }

  private void fill() throws IOException {
    flush();
    if (position == limit) {
      discardInput();
    } else if (limit == input.length) {
      System.arraycopy(input, position, input, 0, limit - position);
      limit -= position;
      position = 0;
    }
    gate.pass();
    int count = in.read(input, limit, input.length - limit);
    gate.pass();
    if (count < 0) {
      throw new EOFException("The client has closed");
    }
    limit += count;
  }

  void write(String text) {
    byte[] octets = text.getBytes(UTF_8);
    if (outputSize + octets.length > output.length) {
      output = Arrays.copyOf(output, Math.max(output.length * 2, outputSize + octets.length));
    }
    System.arraycopy(octets, 0, output, outputSize, octets.length);
    outputSize += octets.length;
  }

  /** Writes octets at once, behind what waits to be sent. */
  void writeNow(byte[] octets) throws IOException {
    flush();
    gate.pass();
    out.write(octets);
    out.flush();
  }

  void flush() throws IOException {
    if (outputSize > 0) {
      gate.pass();
      out.write(output, 0, outputSize);
      out.flush();
      outputSize = 0;
    }
  }

  /**
   * Waits.
   *
   * @throws EOFException if the client closes meanwhile
   */
  void pause(Duration duration) throws IOException {
    flush();
    long deadline = System.nanoTime() + duration.toNanos();
    try {
      for (long left = duration.toNanos(); left > 0; left = deadline - System.nanoTime()) {
        if (position == 0 && limit == input.length) {
          Thread.sleep(
              Duration.ofNanos(left)); // no room to read ahead, so no way to see the client leave
        } else {
          socket.setSoTimeout((int) Math.max(1, Math.min(left / 1_000_000, Integer.MAX_VALUE)));
          fillQuietly();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The server is closing", e);
    } finally {
      if (!socket.isClosed()) {
        socket.setSoTimeout(idleMillis);
      }
    }
  }

  private void fillQuietly() throws IOException {
    try {
      fill();
    } catch (SocketTimeoutException e) {
      // the wait is over and the client said nothing: what pause waits for
    }
  }

  /** Reads and forgets until the client leaves. */
  void drain() throws IOException {
    flush();
    socket.setSoTimeout(0);
    while (true) {
      discardInput();
      fill();
    }
  }

  /**
   * Ends in good order: what is written arrives, TLS gets its close_notify, and what the client
   * still sends is read for a moment, because closing over unread octets would make TCP reset the
   * connection and take the last reply with it.
   */
  void end() throws IOException {
    flush();
    if (socket instanceof SSLSocket tls) {
      tls.shutdownOutput();
    }
    hangUp();
  }

  /** Ends with FIN, no close_notify before it. */
  void hangUp() throws IOException {
    raw.shutdownOutput();
    raw.setSoTimeout(Math.toIntExact(LINGER.toMillis()));
    byte[] scratch = new byte[4096];
    long deadline = System.nanoTime() + LINGER.toNanos();
    int count = 0;
    while (count >= 0 && deadline - System.nanoTime() > 0) {
      count = raw.getInputStream().read(scratch);
    }
    raw.close();
  }

  /** Ends with RST. */
  void reset() throws IOException {
    raw.setSoLinger(true, 0);
    raw.close();
  }

  /** Closes at once; a thread that reads or writes gets an exception. */
  void abort() throws IOException {
    raw.close();
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
