package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.delivery.ClaimedDelivery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The room in memory for composed messages until they are sent, over all sessions of a node. What
 * counts is what a message does not share with the others of its campaign.
 *
 * <p>A message that is not larger than its share of the room passes at once and is not counted, so
 * that large campaigns hold up no usual ones: all of these together need no more than the room once
 * more. Larger ones are counted, and wait for each other in the order in which they came; where no
 * other is in hand one passes whatever its size. Who waits must hold nothing, so that those who
 * hold come to their end.
 *
 * <p>Before a message is composed its size is not known and is taken to be that of the campaign's
 * largest so far, or at first of its templates. By so much the room may be exceeded by those that
 * are being composed just then, which are no more than there are processors.
 *
 * <p>Thread-safe; the monitor is held for a few comparisons.
 */
public final class MessageRoom {
  /** Of the heap; the usual messages need as much again at most. */
  private static final int PART_OF_HEAP = 8;

  /** Others give room back as their peers answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final long octets;
  private final long share;
  private final Duration patience;
  private final Deque<Object> queue = new ArrayDeque<>();
  private long taken;

  /**
   * @param octets for large messages together
   * @param messages how many there may be at once, between which the same number is shared out
   * @param patience how long a message waits for room
   */
  public MessageRoom(long octets, int messages, Duration patience) {
    this.octets = octets;
    share = octets / messages;
    this.patience = patience;
  }

  /**
   * An eighth of the memory that the JVM may use.
   *
   * @param messages how many there may be in hand at once
   */
  public static MessageRoom ofHeap(int messages) {
    return new MessageRoom(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, messages, PATIENCE);
  }

  /** A message in hand. Closing it gives its room back; not thread-safe. */
  public final class Held implements AutoCloseable {
    private final ComposedMessage message;
    private long counted;

    private Held(ComposedMessage message, long counted) {
      this.message = message;
      this.counted = counted;
    }

    public ComposedMessage message() {
      return message;
    }

    @Override
    public void close() {
      giveBack(counted);
      counted = 0;
    }
  }

  /**
   * Composes the message of a delivery if there is room for it and nobody waits for some.
   *
   * @throws InvalidException if the recipient's attributes do not make one
   */
  public Optional<Held> compose(CampaignMessage campaign, ClaimedDelivery delivery) {
    long expected = counted(campaign.expectedOctets());
    return takeAtOnce(expected)
        ? Optional.of(composed(campaign, delivery, expected))
        : Optional.empty();
  }

  /**
   * Composes the message of a delivery, once there is room for it.
   *
   * @param mayGoOn asked some times a second while it waits
   * @return empty if there was none in time, or it may not go on
   * @throws InvalidException if the recipient's attributes do not make one
   */
  public Optional<Held> compose(
      CampaignMessage campaign, ClaimedDelivery delivery, BooleanSupplier mayGoOn)
      throws InterruptedException {
    long expected = counted(campaign.expectedOctets());
    return takeAtOnce(expected) || take(expected, mayGoOn)
        ? Optional.of(composed(campaign, delivery, expected))
        : Optional.empty();
  }

  /** How many octets of large messages are in hand. */
  public synchronized long taken() {
    return taken;
  }

  /** How many wait for room. */
  synchronized int waiting() {
    return queue.size();
  }

  private Held composed(CampaignMessage campaign, ClaimedDelivery delivery, long expected) {
    long counted = expected;
    boolean isDone = false;
    try {
      ComposedMessage message = campaign.compose(delivery);
      long actual = counted(message.ownOctets());
      giveBack(counted - actual);
      counted = actual;
      isDone = true;
      return new Held(message, actual);
    } finally {
      if (!isDone) {
        giveBack(counted);
      }
    }
  }

  private long counted(long size) {
    return size <= share ? 0 : size;
  }

  private boolean takeAtOnce(long size) {
    if (size == 0) {
      return true;
    }
    synchronized (this) {
      if (!queue.isEmpty() || !fits(size)) {
        return false;
      }
      taken += size;
      return true;
    }
  }

  private boolean take(long size, BooleanSupplier mayGoOn) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Object place = new Object();
    synchronized (this) {
      queue.add(place);
    }
    try {
      while (true) {
        long left = deadline - System.nanoTime();
        synchronized (this) {
          if (place.equals(queue.peek()) && fits(size)) {
            taken += size;
            return true;
          }
          if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, SLICE_NANOS));
          }
        }
        if (left <= 0 || !mayGoOn.getAsBoolean()) {
          return false;
        }
      }
    } finally {
      synchronized (this) {
        queue.remove(place);
        notifyAll();
      }
    }
  }

  private boolean fits(long size) {
    return taken == 0 || taken + size <= octets;
  }

  private void giveBack(long size) {
    if (size != 0) {
      synchronized (this) {
        taken -= size;
        notifyAll();
      }
    }
  }
}
