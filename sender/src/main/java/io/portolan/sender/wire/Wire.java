package io.portolan.sender.wire;

import io.portolan.core.policy.TlsVersion;
import io.portolan.core.reply.SmtpReply;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer: its deadline, its buffered output, its replies and, once secured, its
 * TLS layer. Used by one thread at a time, but for what is said to be for any.
 */
public final class Wire {
  /** Holds a usual message whole, so that it leaves in one write. */
  private static final int OUTPUT = 16 * 1024;

  /** As many as the JDK's sockets hand to the kernel at once. */
  private static final int BLOCK = 128 * 1024;

  /** A block that left within this was taken at once, and the next may be twice as large. */
  private static final long QUICK_NANOS = 50_000_000;

  private final Socket tcp;
  private final DeadlineWatch watch;
  private final DeadlineWatch.Guard guard;
  private final InputStream tcpInput;
  private final ReplyReader replies;
  private final byte[] output = new byte[OUTPUT];
  private int pending;
  private int block = OUTPUT;
  private OutputStream out;
  private @Nullable SSLSocket tls;

  /**
   * Takes over a connection that nothing was read from or written to.
   *
   * @param watch that keeps its deadlines
   * @throws IOException if the connection is broken
   */
  public Wire(Socket tcp, DeadlineWatch watch) throws IOException {
    this.tcp = tcp;
    this.watch = watch;
    this.tcpInput = tcp.getInputStream();
    this.replies = new ReplyReader(tcpInput);
    this.out = tcp.getOutputStream();
    this.guard = watch.guard(tcp);
  }

  /** The connection itself, whose streams are the wire's alone. */
  public Socket socket() {
    return tcp;
  }

  /**
   * What follows must be over in this time, however many reads and writes it takes.
   *
   * @throws SocketException if the connection was given up meanwhile: nothing may be written more
   */
  public void within(Duration time) throws SocketException {
    guard.within(time);
  }

  /** The same while the session is being opened, and is nobody's who could give it up. */
  public void opensWithin(Duration time) {
    try {
      guard.within(time);
    } catch (SocketException e) {
      throw new IllegalStateException("given up before it was open", e);
    }
  }

  /** The reading of the clock by which deadlines are kept. For any thread. */
  public long nanoTime() {
    return watch.nanoTime();
  }

  /** Whether the peer has owed an answer, to whatever, for so long. For any thread. */
  public boolean isSilent(Duration least) {
    return silence(least).isPresent();
  }

  /**
   * Ends the connection if the peer has owed an answer for so long, and if the same answer is still
   * owed after it was asked whether it may be given up. For any thread.
   *
   * @return whether it was ended
   */
  public boolean giveUpIfSilent(Duration least, BooleanSupplier mayBeGivenUp) {
    return silence(least)
        .filter(wait -> mayBeGivenUp.getAsBoolean())
        .filter(guard::giveUp)
        .isPresent();
  }

  /** Ends the connection, whatever it waits for: nothing more is written. For any thread. */
  public void giveUp() {
    guard.giveUp();
  }

  private Optional<DeadlineWatch.Wait> silence(Duration least) {
    return guard.waiting().filter(wait -> wait.lasts().compareTo(least) >= 0);
  }

  /** Whether the connection was ended for missing its deadline. */
  public boolean timedOut() {
    return guard.expired();
  }

  /** Whether somebody else closed it because it was silent, before a deadline was over. */
  public boolean wasGivenUp() {
    return guard.isGivenUp();
  }

  /**
   * What a failure was, for people.
   *
   * @param e of this connection
   */
  public String explained(IOException e) {
    return timedOut() ? "no answer within the deadline" : detail(e);
  }

  /** What a failure of any connection was, for people: the deepest cause says most. */
  public static String detail(IOException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    @Nullable String message = deepest.getMessage();
    return message == null ? deepest.getClass().getSimpleName() : message;
  }

  /**
   * Reads one reply; the deadline ends with it.
   *
   * @throws EOFException if the peer closed
   * @throws NotReplyException if what came is no reply, or has no end
   */
  public SmtpReply read() throws IOException {
    return parsed(readLines());
  }

  /** What the lines of one reply say. */
  public static SmtpReply parsed(List<String> lines) throws NotReplyException {
    return ReplyReader.parse(lines);
  }

  /** Reads the lines of one reply, as {@link #read} does. */
  public List<String> readLines() throws IOException {
    List<String> lines = replies.readLines();
    guard.lift();
    return lines;
  }

  /** Whether more has come with the last reply than belongs to it. */
  public boolean hasBuffered() {
    return replies.hasBuffered();
  }

  /**
   * Whether the peer has said something that nobody asked for. Under TLS that is known only of what
   * came with an earlier reply: what else has arrived may be no reply but a record of TLS's own.
   */
  public boolean hasUnread() throws IOException {
    return hasBuffered() || (tls == null && tcpInput.available() > 0);
  }

  /**
   * Writes text in UTF-8, to leave with the next flush, or before where the buffer is full.
   *
   * @return this
   */
  public Wire put(String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return put(octets, 0, octets.length);
  }

  /**
   * Writes octets, likewise.
   *
   * @return this
   */
  public Wire put(byte[] octets, int start, int end) throws IOException {
    int from = start;
    while (end - from > OUTPUT - pending) {
      int room = OUTPUT - pending;
      buffer(octets, from, from + room);
      from += room;
      flush();
    }
    buffer(octets, from, end);
    return this;
  }

  /**
   * Writes octets of any number, likewise. Many leave in blocks straight from the array, without
   * being copied into the buffer. Blocks grow while the line takes them at once, and are small on a
   * slow one, so that each has its deadline. A slow line passes for {@linkplain #isSilent silent}
   * in the midst of a block all the same: the kernel, whose buffer is full, takes nothing more
   * until a third of it has left.
   *
   * @param each in which a block must leave
   * @return this
   */
  public Wire put(byte[] octets, int start, int end, Duration each) throws IOException {
    int from = start;
    int room = OUTPUT - pending;
    if (end - from > room && pending > 0) {
      buffer(octets, from, from + room);
      from += room;
      within(each);
      flush();
    }
    while (end - from > OUTPUT) {
      int count = Math.min(end - from, block);
      within(each);
      long before = nanoTime();
      send(octets, from, count);
      block = nanoTime() - before < QUICK_NANOS ? Math.min(2 * block, BLOCK) : OUTPUT;
      from += count;
    }
    buffer(octets, from, end);
    return this;
  }

  /**
   * Sees to it that so many octets, when they are put, leave in one write.
   *
   * @param octets as many as the buffer holds at most
   * @param time in which those that are in their way must leave
   */
  public void makeRoom(int octets, Duration time) throws IOException {
    if (OUTPUT - pending < octets) {
      within(time);
      flush();
    }
  }

  /** Sends what was put. */
  public void flush() throws IOException {
    int count = pending;
    pending = 0;
    send(output, 0, count);
  }

  private void buffer(byte[] octets, int from, int to) {
    System.arraycopy(octets, from, output, pending, to - from);
    pending += to - from;
  }

  private void send(byte[] octets, int from, int count) throws IOException {
    out.write(octets, from, count);
    out.flush();
  }

  /** Whether TLS lies over the connection. */
  public boolean isSecure() {
    return tls != null;
  }

  /**
   * Puts TLS over the connection.
   *
   * @param verifyName whether the certificate must bear the peer's name
   * @param oldest the oldest version to speak
   * @throws HandshakeException with what is known of the peer's first octet
   */
  public void secure(SSLContext context, InetAddress peer, boolean verifyName, TlsVersion oldest)
      throws HandshakeException {
    FirstOctet heard = new FirstOctet(tcpInput);
    try {
      SSLSocket layer =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(
                      new StreamSocket(tcp, peer, heard, out),
                      peer.getHostName(),
                      tcp.getPort(),
                      true);
      layer.setEnabledProtocols(oldest.orNewer().toArray(String[]::new));
      if (verifyName) {
        SSLParameters parameters = layer.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        layer.setSSLParameters(parameters);
      }
      layer.startHandshake();
      guard.lift();
      replies.use(layer.getInputStream());
      out = layer.getOutputStream();
      tls = layer;
    } catch (IOException e) {
      throw new HandshakeException(heard.octet, e);
    }
  }

  /** The TLS layer, once secured. */
  public Optional<SSLSocket> tls() {
    return Optional.ofNullable(tls);
  }

  /** Ends the connection at once. */
  public void abort() {
    guard.release();
    closeQuietly(tcp);
  }

  /** Ends the connection with TLS's own farewell, in a given time. */
  public void closeWithin(Duration time) {
    SSLSocket layer = tls;
    if (layer != null) {
      try {
        guard.within(time);
        closeQuietly(layer);
      } catch (SocketException e) {
        // it was given up, and is closed
      }
    }
    abort();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing more is wanted of it
    }
  }

  /** The failure of a TLS handshake. */
  public static final class HandshakeException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LOWEST_RECORD_TYPE = 20;
    private static final int HIGHEST_RECORD_TYPE = 24;

    private final int firstOctet;

    private HandshakeException(int firstOctet, IOException cause) {
      super(cause.getMessage(), cause);
      this.firstOctet = firstOctet;
    }

    /** Whether the peer sent nothing at all. */
    public boolean heardNothing() {
      return firstOctet < 0;
    }

    /** Whether what the peer sent began as no TLS record does (RFC 8446, section 5.1). */
    public boolean heardPlaintext() {
      return firstOctet >= 0
          && (firstOctet < LOWEST_RECORD_TYPE || firstOctet > HIGHEST_RECORD_TYPE);
    }
  }

  /** Passes octets on and remembers the first. */
  private static final class FirstOctet extends FilterInputStream {
    private int octet = -1;

    FirstOctet(InputStream source) {
      super(source);
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      if (octet < 0) {
        octet = next;
      }
      return next;
    }

    @Override
    public int read(byte[] target, int start, int length) throws IOException {
      int count = in.read(target, start, length);
      if (octet < 0 && count > 0) {
        octet = target[start] & 0xff;
      }
      return count;
    }
  }
}
