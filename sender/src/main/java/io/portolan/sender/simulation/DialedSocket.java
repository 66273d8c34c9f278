package io.portolan.sender.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection whose close the server counts at once, before the FIN is on its way. */
final class DialedSocket extends Socket {
  private final SimulatedMailServer server;
  private final int port;

  DialedSocket(SimulatedMailServer server, int port) {
    this.server = server;
    this.port = port;
  }

  @Override
  public void close() throws IOException {
    if (getLocalSocketAddress() instanceof InetSocketAddress local
        && isConnected()
        && !isClosed()) {
      server.left(port, local);
    }
    super.close();
  }
}
