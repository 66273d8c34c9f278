package io.portolan.sender.mailbox;

import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * One session with a mail server, whose connections are closed when its time is over. Of
 * thread-safe parts; used by one thread.
 */
final class MailSession implements AutoCloseable {
  private final MailSessions sessions;
  private final long begunAt;
  private final List<DeadlineWatch.Guard> guards = new CopyOnWriteArrayList<>();

  MailSession(MailSessions sessions) {
    this.sessions = sessions;
    begunAt = sessions.watch().nanoTime();
  }

  /** For connections that begin without TLS. */
  SocketFactory plain() {
    return new Plain();
  }

  /** Lays TLS over connections, from their begin or later. */
  SSLSocketFactory encrypting() {
    return new Encrypting();
  }

  /** Whether so much of the time is over that nothing more should be begun. */
  boolean isLate() {
    return left().compareTo(sessions.longest().dividedBy(3)) <= 0;
  }

  /** Whether all of the time is over. */
  boolean isOver() {
    return !left().isPositive();
  }

  @Override
  public void close() {
    guards.forEach(DeadlineWatch.Guard::release);
  }

  private Duration left() {
    return sessions.longest().minusNanos(sessions.watch().nanoTime() - begunAt);
  }

  private <T extends Socket> T guarded(T socket) throws SocketException {
    DeadlineWatch.Guard guard = sessions.watch().guard(socket);
    guards.add(guard);
    guard.within(left());
    return socket;
  }

  /** Angus connects the sockets itself. */
  private final class Plain extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
      return guarded(new Socket());
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw unconnected();
    }
  }

  /**
   * Angus gives it the connection, before the handshake: that is guarded, for to close what lies
   * over it may wait for the server.
   */
  private final class Encrypting extends SSLSocketFactory {
    @Override
    public Socket createSocket(Socket connection, String host, int port, boolean autoClose)
        throws IOException {
      return sessions.verifying().createSocket(guarded(connection), host, port, autoClose);
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return sessions.verifying().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return sessions.verifying().getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw unconnected();
    }
  }

  private static UnsupportedOperationException unconnected() {
    return new UnsupportedOperationException("connections of mail sessions are made by Angus");
  }
}
