package io.portolan.api.sink;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A long way to a port of this machine: passes connections on and holds every octet back for half a
 * round trip each way, as {@code tc netem delay} would where a kernel has it. What TCP itself adds
 * on a long way is not there: opening a connection takes no round trip, and no window has to grow.
 *
 * <p>Two virtual threads serve each direction of a connection, one that reads and one that writes
 * when it is time; up to 4 MiB are on their way between them. Thread-safe.
 */
final class DelayLine implements AutoCloseable {
  private static final int BACKLOG = 1_000;
  private static final int READ = 64 * 1_024;
  private static final int MOST_CHUNKS = 64;

  private final ServerSocket listener;
  private final int target;
  private final long delayNanos;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** Octets and when they arrive; none at the end of the stream. */
  private record Chunk(ByteBuffer octets, long dueNanos) {}

  private DelayLine(ServerSocket listener, int target, long delayNanos) {
    this.listener = listener;
    this.target = target;
    this.delayNanos = delayNanos;
  }

  /** Listens on a free port of the loopback. */
  static DelayLine start(int target, Duration roundTrip) throws IOException {
    DelayLine line =
        new DelayLine(
            new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()),
            target,
            roundTrip.toNanos() / 2);
    Thread.ofVirtual().name("delay").start(line::acceptAll);
    return line;
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

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> join(client));
      } catch (IOException e) {
        // closed: the loop ends
      }
    }
  }

  private void join(Socket client) {
    sockets.add(client);
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> pass(client, server));
      // a server that has ended takes nothing any more: both are closed
      pass(server, client);
    } catch (IOException e) {
      // nobody there: the client sees a connection that ends
    } finally {
      sockets.remove(client);
    }
  }

  /** Passes one direction on until it ends. */
  private void pass(Socket from, Socket to) {
    BlockingQueue<Chunk> way = new ArrayBlockingQueue<>(MOST_CHUNKS);
    Thread writer = Thread.ofVirtual().start(() -> write(way, from, to));
    try {
      read(from, way);
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Socket from, BlockingQueue<Chunk> way) throws InterruptedException {
    byte[] buffer = new byte[READ];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        way.put(
            new Chunk(
                ByteBuffer.wrap(Arrays.copyOf(buffer, count)), System.nanoTime() + delayNanos));
      }
    } catch (IOException e) {
      // reset, or closed here: it ends for the other side as well
    }
    way.put(new Chunk(ByteBuffer.allocate(0), System.nanoTime() + delayNanos));
  }

  private static void write(BlockingQueue<Chunk> way, Socket from, Socket to) {
    boolean open = true;
    try {
      Chunk chunk = way.take();
      while (chunk.octets().hasRemaining()) {
        // once the far side is gone what still comes is taken off the way and forgotten
        open = open && delivered(chunk, from, to);
        chunk = way.take();
      }
      await(chunk);
      to.shutdownOutput();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // already closed
    }
  }

  private static boolean delivered(Chunk chunk, Socket from, Socket to)
      throws InterruptedException, IOException {
    await(chunk);
    try {
      to.getOutputStream().write(chunk.octets().array());
      return true;
    } catch (IOException e) {
      from.close();
      return false;
    }
  }

  private static void await(Chunk chunk) throws InterruptedException {
    long left = chunk.dueNanos() - System.nanoTime();
    if (left > 0) {
      Thread.sleep(Duration.ofNanos(left));
    }
  }
}
