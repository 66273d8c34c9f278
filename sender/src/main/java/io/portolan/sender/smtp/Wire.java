package io.portolan.sender.smtp;

import io.portolan.core.policy.TlsVersion;
import io.portolan.core.reply.SmtpReply;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer: its deadline, its buffered output, its replies and, once secured, its
 * TLS layer. Used by one thread at a time.
 */
final class Wire {
  /** Holds a usual message whole, so that it leaves in one write. */
  private static final int OUTPUT = 16 * 1024;

  private final Socket tcp;
  private final DeadlineWatch.Guard guard;
  private final InputStream tcpInput;
  private final ReplyReader replies;
  private final byte[] output = new byte[OUTPUT];
  private int pending;
  private OutputStream out;
  private @Nullable SSLSocket tls;

  Wire(Socket tcp, DeadlineWatch watch) throws IOException {
    this.tcp = tcp;
    this.tcpInput = tcp.getInputStream();
    this.replies = new ReplyReader(tcpInput);
    this.out = tcp.getOutputStream();
    this.guard = watch.guard(tcp);
  }

  /** The connection itself, whose streams are the wire's alone. */
  Socket socket() {
    return tcp;
  }

  /**
   * What follows must be over in this time, however many reads and writes it takes.
   *
   * @throws SocketException if the connection was given up meanwhile: nothing may be written more
   */
  void within(Duration time) throws SocketException {
    guard.within(time);
  }

  /** The same while the session is being opened, and is nobody's who could give it up. */
  void opensWithin(Duration time) {
    try {
      guard.within(time);
    } catch (SocketException e) {
      throw new IllegalStateException("given up before it was open", e);
    }
  }

  /** How long somebody has been waiting for the peer. For any thread. */
  Optional<DeadlineWatch.Wait> waiting() {
    return guard.waiting();
  }

  /** Ends the connection if it still is in this wait. For any thread. */
  boolean giveUp(DeadlineWatch.Wait wait) {
    return guard.giveUp(wait);
  }

  /** Whether the connection was ended for missing its deadline. */
  boolean timedOut() {
    return guard.expired();
  }

  /** Reads one reply; the deadline ends with it. */
  SmtpReply read() throws IOException {
    return ReplyReader.parse(readLines());
  }

  /** Reads the lines of one reply; the deadline ends with it. */
  List<String> readLines() throws IOException {
    List<String> lines = replies.readLines();
    guard.lift();
    return lines;
  }

  /** Whether the peer has said something that nobody asked for. */
  boolean hasUnread() {
    return replies.hasBuffered();
  }

  Wire put(String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return put(octets, 0, octets.length);
  }

  Wire put(byte[] octets, int start, int end) throws IOException {
    int from = start;
    while (end - from > OUTPUT - pending) {
      int room = OUTPUT - pending;
      System.arraycopy(octets, from, output, pending, room);
      pending = OUTPUT;
      from += room;
      flush();
    }
    System.arraycopy(octets, from, output, pending, end - from);
    pending += end - from;
    return this;
  }

  /** How many octets fit in before some of those put would leave. */
  int room() {
    return OUTPUT - pending;
  }

  /** Sends what was put. */
  void flush() throws IOException {
    int count = pending;
    pending = 0;
    out.write(output, 0, count);
    out.flush();
  }

  boolean isSecure() {
    return tls != null;
  }

  /**
   * Puts TLS over the connection.
   *
   * @param verifyName whether the certificate must bear the peer's name
   * @param oldest the oldest version to speak
   * @throws HandshakeException with what is known of the peer's first octet
   */
  void secure(SSLContext context, InetAddress peer, boolean verifyName, TlsVersion oldest)
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
  Optional<SSLSocket> tls() {
    return Optional.ofNullable(tls);
  }

  /** Ends the connection at once. */
  void abort() {
    guard.release();
    closeQuietly(tcp);
  }

  /** Ends the connection with TLS's own farewell, in a given time. */
  void closeWithin(Duration time) {
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
  static final class HandshakeException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LOWEST_RECORD_TYPE = 20;
    private static final int HIGHEST_RECORD_TYPE = 24;

    private final int firstOctet;

    private HandshakeException(int firstOctet, IOException cause) {
      super(cause.getMessage(), cause);
      this.firstOctet = firstOctet;
    }

    /** Whether the peer sent nothing at all. */
    boolean heardNothing() {
      return firstOctet < 0;
    }

    /** Whether what the peer sent began as no TLS record does (RFC 8446, section 5.1). */
    boolean heardPlaintext() {
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
