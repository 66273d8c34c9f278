package io.portolan.sender.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;

/**
 * Dials through the kernel's network, from the source address given or the one that the kernel
 * chooses.
 */
public final class SocketDialer implements Dialer {
  private final Optional<InetAddress> source;

  public SocketDialer() {
    this.source = Optional.empty();
  }

  /** Dials from one source address; only peers of its own family can be reached then. */
  public SocketDialer(InetAddress source) {
    this.source = Optional.of(source);
  }

  /** Whether this host has an address that sessions can come from. */
  public static boolean hasAddress(String address) {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Socket dial(String address, int port, Duration timeout) throws IOException {
    return dial(source, address, port, timeout);
  }

  @Override
  public Socket dialFrom(String from, String address, int port, Duration timeout)
      throws IOException {
    return dial(
        from.isEmpty() ? source : Optional.of(InetAddress.ofLiteral(from)), address, port, timeout);
  }

  private static Socket dial(
      Optional<InetAddress> source, String address, int port, Duration timeout) throws IOException {
    InetAddress peer = InetAddress.ofLiteral(address);
    Socket socket = new Socket();
    try {
      prepare(socket, source);
      // zero would be no timeout at all
      int millis = Math.toIntExact(Math.max(1, timeout.toMillis()));
      socket.connect(new InetSocketAddress(peer, port), millis);
      return socket;
    } catch (IOException | RuntimeException e) {
      try {
        socket.close();
      } catch (IOException onClose) {
        e.addSuppressed(onClose);
      }
      throw e;
    }
  }

  /**
   * Makes the descriptor and binds it, so that what fails here is not taken for the network's
   * fault.
   */
  private static void prepare(Socket socket, Optional<InetAddress> source)
      throws LocalFaultException {
    try {
      // groups are flushed whole; waiting for more octets would only cost a round trip
      socket.setTcpNoDelay(true);
      if (source.isPresent()) {
        socket.bind(new InetSocketAddress(source.get(), 0));
      }
    } catch (IOException e) {
      throw new LocalFaultException(
          source
                  .map(from -> "cannot use the source address " + from.getHostAddress())
                  .orElse("cannot make a socket")
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
