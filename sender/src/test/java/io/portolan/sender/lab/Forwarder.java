package io.portolan.sender.lab;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes each connection that it accepts on to a connection dialled elsewhere. */
final class Forwarder implements AutoCloseable {
  /** Makes the connection to pass on to. */
  @FunctionalInterface
  interface Dial {
    Socket dial() throws IOException;
  }

  private final ServerSocket listener;
  private final Dial dial;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  Forwarder(ServerSocket listener, Dial dial) {
    this.listener = listener;
    this.dial = dial;
    Thread.ofVirtual().name("forwarder").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException e) {
        // closed: the loop ends
      }
    }
  }

  private void connect(Socket client) {
    sockets.add(client);
    try {
      Socket server = dial.dial();
      sockets.add(server);
      Thread.ofVirtual().start(() -> pass(client, server));
      Thread.ofVirtual().start(() -> pass(server, client));
    } catch (IOException e) {
      // the client sees a connection that ends, which says little
      if (!(e.getCause() instanceof ConnectException)) {
        System.err.println("A connection could not be passed on: " + e);
      }
      forget(client);
    }
  }

  private void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one side is gone: both are closed
    } finally {
      forget(from);
      forget(to);
    }
  }

  private void forget(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket cannot be closed", e);
    }
  }
}
