package io.portolan.sender.smtp;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/**
 * The way from a session to a network: the kernel's, or a simulated one. Implementations are
 * thread-safe.
 */
@FunctionalInterface
public interface Dialer {

  /**
   * Opens a TCP connection.
   *
   * @param address an IP address as text
   * @param timeout after which to give up with {@link java.net.SocketTimeoutException}
   * @throws LocalFaultException if this host could not even begin
   * @throws IOException what the kernel said; its class tells the kinds apart
   */
  Socket dial(String address, int port, Duration timeout) throws IOException;

  /**
   * As {@link #dial(String, int, Duration)}, from a local address.
   *
   * @param source an IP address as text; empty for the one that the network chooses
   * @throws LocalFaultException if this host lacks it
   */
  default Socket dialFrom(String source, String address, int port, Duration timeout)
      throws IOException {
    if (!source.isEmpty()) {
      throw new LocalFaultException("there is no source address " + source + " here");
    }
    return dial(address, port, timeout);
  }

  /**
   * The failure to begin a connection because of this host: no file descriptor, no such source
   * address. Says nothing about a path.
   */
  final class LocalFaultException extends IOException {
    private static final long serialVersionUID = 1L;

    public LocalFaultException(String message) {
      super(message);
    }

    public LocalFaultException(String message, IOException cause) {
      super(message, cause);
    }
  }
}
