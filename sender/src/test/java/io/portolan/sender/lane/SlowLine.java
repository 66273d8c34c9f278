package io.portolan.sender.lane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A line that takes so many octets a second, behind a buffer that is full at once: connections
 * through it lead to others that are dialled elsewhere. What comes back is not slowed.
 */
final class SlowLine implements AutoCloseable {
  /** What a sender may have under way: the kernel takes twice as much. */
  static final int BUFFER = 128 * 1024;

  private static final int RECEIVED = 16 * 1024;
  private static final int STEPS_A_SECOND = 50;

  private final ServerSocket listener = new ServerSocket();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Semaphore octets = new Semaphore(0);
  private final AtomicLong passed = new AtomicLong();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  SlowLine(int octetsPerSecond) throws IOException {
    listener.setReceiveBufferSize(RECEIVED);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int step = octetsPerSecond / STEPS_A_SECOND;
    var _ =
        clock.scheduleAtFixedRate(
            () -> octets.release(Math.max(0, step - octets.availablePermits())),
            0,
            1_000 / STEPS_A_SECOND,
            TimeUnit.MILLISECONDS);
  }

  /** A connection that leads to another. */
  Socket to(Socket far) throws IOException {
    Socket near = new Socket();
    near.setSendBufferSize(BUFFER);
    near.connect(listener.getLocalSocketAddress());
    Socket between = listener.accept();
    sockets.add(far);
    sockets.add(between);
    Thread.ofVirtual().start(() -> pass(between, far, true));
    Thread.ofVirtual().start(() -> pass(far, between, false));
    return near;
  }

  /** How many octets went through it so far. */
  long passed() {
    return passed.get();
  }

  private void pass(Socket from, Socket to, boolean isSlow) {
    byte[] buffer = new byte[1_024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (isSlow) {
          octets.acquire(count);
          passed.addAndGet(count);
        }
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // one side is gone: both are closed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    clock.shutdownNow();
    for (Socket each : sockets) {
      each.close();
    }
  }
}
