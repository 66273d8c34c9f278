package io.portolan.sender.lab;

import io.portolan.sender.smtp.Dialer;
import io.portolan.sender.smtp.SocketDialer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/**
 * A host of a {@link NetworkLab}: a network namespace with one address behind the gateway, and a
 * loopback of its own. Thread-safe.
 */
public final class LabHost {
  private static final int BACKLOG = 1024;

  private final NetworkLab lab;
  private final NetworkNamespace namespace;
  private final InetAddress address;
  private final InetAddress address6;

  LabHost(NetworkLab lab, NetworkNamespace namespace, InetAddress address, InetAddress address6) {
    this.lab = lab;
    this.namespace = namespace;
    this.address = address;
    this.address6 = address6;
  }

  /** Its address by IPv6. */
  public InetAddress address6() {
    return address6;
  }

  public InetAddress address() {
    return address;
  }

  /** A command that runs on this host; its process is the command's own. */
  public List<String> command(List<String> words) {
    return namespace.command(words);
  }

  /** Runs a command on this host to its end. */
  public String run(String... words) throws IOException {
    return Commands.run(command(List.of(words)));
  }

  /** Listens on this host. */
  public ServerSocket listen(InetAddress local, int port) throws IOException {
    return namespace.inside(() -> new ServerSocket(port, BACKLOG, local));
  }

  /** Lets a port of this host be reached by IPv6, too. */
  public void listenByIpv6(int port) throws IOException {
    lab.keep(new Forwarder(listen(address6, port), () -> dial(address, port)));
  }

  /** Opens a UDP socket at this host's address. */
  public DatagramSocket listenUdp(int port) throws IOException {
    return namespace.inside(() -> new DatagramSocket(port, address));
  }

  /** Connects from this host. */
  public Socket dial(InetAddress peer, int port) throws IOException {
    return namespace.inside(() -> new Socket(peer, port));
  }

  /** Connects from this host as the product does. */
  public Dialer dialer() {
    SocketDialer dialer = new SocketDialer();
    return (peer, port, timeout) -> {
      try {
        return namespace.inside(() -> dialer.dial(peer, port, timeout));
      } catch (IOException e) {
        // what the kernel said, by whose class kinds are told apart
        throw e.getCause() instanceof IOException cause ? cause : e;
      }
    };
  }

  /**
   * Lets the test reach what listens on this host's loopback.
   *
   * @return where, on the test's own loopback
   */
  public InetSocketAddress fromOutside(int port) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Forwarder forwarder =
        lab.keep(new Forwarder(new ServerSocket(0, BACKLOG, loopback), () -> dial(loopback, port)));
    return new InetSocketAddress(loopback, forwarder.port());
  }

  /**
   * Lets this host reach what the test reaches, such as a database.
   *
   * @return the port, on this host's loopback
   */
  public int toOutside(InetSocketAddress target) throws IOException {
    return lab.keep(
            new Forwarder(
                listen(InetAddress.getLoopbackAddress(), 0),
                () -> new Socket(target.getAddress(), target.getPort())))
        .port();
  }
}
