package io.portolan.core.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network between Portolan and PostgreSQL that can be cut and mended: connections through it
 * break, and new ones are closed at once until it is mended.
 */
public final class TestOutage implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("(jdbc:postgresql://)([^:/]+):(\\d+)(/.*)");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final DatabaseSettings direct;
  private final Matcher target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Semaphore refused = new Semaphore(0);
  private boolean cut;

  /** Stands before the given database. */
  public TestOutage(DatabaseSettings direct) {
    this.direct = direct;
    target = URL.matcher(direct.jdbcUrl());
    if (!target.matches()) {
      throw new IllegalArgumentException("no host and port in " + direct.jdbcUrl());
    }
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** How to reach the database through this network; whoever finds it cut learns so at once. */
  public DatabaseSettings settings() {
    return new DatabaseSettings(
        target.group(1)
            + listener.getInetAddress().getHostAddress()
            + ":"
            + listener.getLocalPort()
            + target.group(4),
        direct.username(),
        direct.password(),
        direct.poolSize(),
        Duration.ofMillis(500));
  }

  /** Breaks every connection and lets none through. */
  public synchronized void cut() {
    cut = true;
    refused.drainPermits();
    sockets.forEach(TestOutage::close);
    sockets.clear();
  }

  /** Lets connections through again. */
  public synchronized void mend() {
    cut = false;
  }

  /** Waits until so many connections have been refused since the cut. */
  public void awaitRefused(int connections) throws InterruptedException {
    if (!refused.tryAcquire(connections, LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("fewer than " + connections + " connections were tried");
    }
  }

  @Override
  public void close() {
    cut();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        connect(listener.accept());
      } catch (IOException e) {
        // closed by the test, or the server did not answer: the client sees a broken connection
      }
    }
  }

  private synchronized void connect(Socket client) throws IOException {
    if (cut) {
      close(client);
      refused.release();
      return;
    }
    sockets.add(client);
    Socket server = new Socket(target.group(2), Integer.parseInt(target.group(3)));
    sockets.add(server);
    Thread.ofVirtual().start(() -> pass(client, server));
    Thread.ofVirtual().start(() -> pass(server, client));
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one side is gone: both are closed
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
