package io.portolan.sender.wire;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The deadlines of all connections of a node, kept by one thread.
 *
 * <p>Thread-safe. A connection states its deadline in a volatile field before it waits and takes it
 * back afterwards; the thread looks at every connection some times a second and closes the socket
 * of one that is late. This ends a read, a write, a TLS handshake and a peer that drips bytes
 * alike, which socket timeouts do not, and costs no timer per wait. A deadline is kept to within
 * {@value #PERIOD_MILLIS} ms.
 */
public final class DeadlineWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 50;

  private final LongSupplier nanoTime;
  private final Set<Guard> guards;
  private final Thread sweeper;
  private volatile boolean closed;

  /** Starts watching by {@link System#nanoTime}. */
  public DeadlineWatch() {
    this(System::nanoTime);
  }

  /**
   * Starts watching.
   *
   * @param nanoTime a clock that runs evenly, from an arbitrary start
   */
  public DeadlineWatch(LongSupplier nanoTime) {
    this(nanoTime, ConcurrentHashMap.newKeySet());
  }

  /**
   * @param guards concurrent and empty
   */
  DeadlineWatch(LongSupplier nanoTime, Set<Guard> guards) {
    this.nanoTime = nanoTime;
    this.guards = guards;
    sweeper = Thread.ofPlatform().name("smtp-deadlines").daemon().start(this::run);
  }

  /** The clock's reading, in nanoseconds from an arbitrary start. */
  public long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** Takes a connection under watch; it has no deadline yet. */
  public Guard guard(Socket socket) {
    Guard guard = new Guard(socket);
    guards.add(guard);
    // always: whether it is the only one cannot be told without a lock
    LockSupport.unpark(sweeper);
    return guard;
  }

  /** How many connections are under watch. */
  public int connections() {
    return guards.size();
  }

  /** Stops watching. Connections still open lose their deadlines, so close them first. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(sweeper);
  }

  private void run() {
    while (!closed) {
      if (guards.isEmpty()) {
        LockSupport.park(this);
      } else {
        sweep();
        LockSupport.parkNanos(this, Duration.ofMillis(PERIOD_MILLIS).toNanos());
      }
    }
  }

  /** Closes every connection that is late. */
  void sweep() {
    long now = nanoTime.getAsLong();
    for (Guard guard : guards) {
      guard.expireIfLate(now);
    }
  }

  /**
   * The deadline of one connection. Set by the thread that uses the connection, read by the
   * sweeper.
   */
  public final class Guard {
    private static final long NONE = 0;
    private static final long GIVEN_UP = 2;

    private final Socket socket;
    private final AtomicLong deadline = new AtomicLong(NONE);
    private volatile long since;
    private volatile boolean expired;

    private Guard(Socket socket) {
      this.socket = socket;
    }

    /**
     * What follows must be over in this time.
     *
     * @throws SocketException if the connection was given up meanwhile
     */
    public void within(Duration time) throws SocketException {
      long now = nanoTime.getAsLong();
      long before = deadline.get();
      since = now;
      long due = (now + time.toNanos()) | 1; // neither NONE nor GIVEN_UP
      if (before == GIVEN_UP || !deadline.compareAndSet(before, due)) {
        throw new SocketException("the connection was given up");
      }
    }

    /** Nobody waits for the connection now. */
    public void lift() {
      deadline.getAndUpdate(due -> due == GIVEN_UP ? GIVEN_UP : NONE);
    }

    /** Whether the socket was closed for being late, or given up. */
    boolean expired() {
      return expired;
    }

    boolean isGivenUp() {
      return deadline.get() == GIVEN_UP;
    }

    /** Since when somebody waits for the peer, and what that wait is known by. */
    Optional<Wait> waiting() {
      long due = deadline.get();
      return due == NONE || due == GIVEN_UP || expired
          ? Optional.empty()
          : Optional.of(new Wait(due, Duration.ofNanos(nanoTime.getAsLong() - since)));
    }

    /**
     * Closes the connection, if it still is the same wait; whoever waits can write nothing more.
     *
     * @return whether it was
     */
    boolean giveUp(Wait wait) {
      if (!deadline.compareAndSet(wait.due(), GIVEN_UP)) {
        return false;
      }
      expire();
      return true;
    }

    /** Closes the connection, whatever it waits for; who uses it can write nothing more. */
    void giveUp() {
      deadline.set(GIVEN_UP);
      expire();
    }

    /** Ends the watch over the connection. */
    public void release() {
      guards.remove(this);
    }

    private void expireIfLate(long now) {
      long due = deadline.get();
      if (due != NONE && due != GIVEN_UP && now - due >= 0 && !expired) {
        expire();
      }
    }

    private void expire() {
      expired = true;
      guards.remove(this);
      try {
        socket.close();
      } catch (IOException e) {
        // the waiting thread learns of the end all the same: its descriptor is gone
      }
    }
  }

  /**
   * One wait for a peer.
   *
   * @param due its deadline, which no other wait of the connection has
   */
  record Wait(long due, Duration lasts) {}
}
