package io.portolan.sender.simulation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A loopback address where SYNs vanish, so that a connect runs into its timeout in the kernel as it
 * does behind a firewall that drops.
 *
 * <p>Thread-safe.
 */
final class BlackHole implements AutoCloseable {
  /*
   * A listening socket whose accept queue is full makes Linux and the BSDs drop further SYNs: nothing is answered, the
   * client's kernel retries until its own timeout. The queue is filled with connections of our own which nobody accepts;
   * they stay open, since closing one would not free its place but a later accept would.
   */
  private static final int MOST_FILLERS = 32;
  private static final int PROBE_MILLIS = 100;

  private final ServerSocket listener;
  private final List<Socket> fillers = new ArrayList<>();
  private final boolean drops;

  BlackHole() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    drops = fill();
  }

  private boolean fill() throws IOException {
    while (fillers.size() < MOST_FILLERS) {
      Socket filler = new Socket();
      try {
        filler.connect(address(), PROBE_MILLIS);
        fillers.add(filler);
      } catch (SocketTimeoutException e) {
        filler.close();
        return true;
      } catch (IOException e) {
        filler.close();
        return false; // a kernel that refuses instead
      }
    }
    return false;
  }

  /** Whether this kernel drops SYNs to a full queue; if not, the caller has to act the timeout. */
  boolean drops() {
    return drops;
  }

  SocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    listener.close();
  }
}
