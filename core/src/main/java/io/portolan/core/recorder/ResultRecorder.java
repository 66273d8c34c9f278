package io.portolan.core.recorder;

import io.portolan.core.database.Database;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.recorder.ResultQueue.Entry;
import io.portolan.core.recorder.ResultStore.Offer;
import io.portolan.core.recorder.Tries.GaveUpException;
import io.portolan.core.suppression.SoftBounceRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes results to the database in groups. One writer takes what arrived within some milliseconds
 * and commits it as one transaction: its statements and its commit cost much the same for a hundred
 * results as for a thousand. While the database is away the writer tries again, and callers block:
 * sending stops at the bound instead of forgetting. So it does at an error of the process itself,
 * as of memory or of a class that is missing: nothing is recorded by halves, and {@link #trouble}
 * tells.
 *
 * <p>Thread-safe. Nothing handed over is lost short of the end of the process.
 */
public final class ResultRecorder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ResultRecorder.class);

  private final GroupWriter groups;
  private final InstantSource clock;
  private final Settings settings;
  private final ResultQueue queue;
  private final Semaphore room;
  private final Thread writer;
  // guards that nothing is added to the queue once the writer found it empty and ended
  private final Object end = new Object();
  private final Tries tries = new Tries();
  private volatile boolean ended;

  /**
   * How results are grouped.
   *
   * @param groupSize results in one transaction at most, and results that are handed over and not
   *     durable at most: what a crash can lose
   * @param linger how long the first result of a group waits for company, while more come and
   *     nobody waits to offer a message
   * @param softBounces when soft bounces suppress
   * @param farewell how long closing waits for a database that is away
   */
  public record Settings(
      int groupSize, Duration linger, Duration farewell, SoftBounceRule softBounces) {
    public static final Settings DEFAULT =
        new Settings(1_000, Duration.ofMillis(40), Duration.ofSeconds(20), SoftBounceRule.DEFAULT);

    public Settings(int groupSize, Duration linger, Duration farewell) {
      this(groupSize, linger, farewell, SoftBounceRule.DEFAULT);
    }
  }

  public ResultRecorder(
      Database database, ResultListener listener, InstantSource clock, Settings settings) {
    this(database, ResultHook.NONE, listener, clock, settings);
  }

  /**
   * A recorder that writes more in its transactions.
   *
   * @param hook what it adds
   */
  public ResultRecorder(
      Database database,
      ResultHook hook,
      ResultListener listener,
      InstantSource clock,
      Settings settings) {
    groups =
        new GroupWriter(new ResultStore(database, settings.softBounces(), hook), listener, tries);
    this.clock = clock;
    this.settings = settings;
    queue = new ResultQueue(settings.groupSize(), settings.linger());
    room = new Semaphore(settings.groupSize());
    writer = Thread.ofPlatform().name("result-recorder").start(this::writeUntilClosed);
  }

  /**
   * Hands over a result; blocks while as many as a group holds are not durable yet.
   *
   * @return completes once the result is durable or refused
   * @throws IllegalStateException if the recorder was closed
   */
  public CompletableFuture<Recorded> record(
      ClaimedBatch batch, ClaimedDelivery delivery, DeliveryOutcome outcome)
      throws InterruptedException {
    RecordedResult result =
        new RecordedResult(
            clock.instant(),
            batch.campaignId(),
            batch.platform(),
            batch.id(),
            batch.epoch(),
            delivery,
            outcome);
    CompletableFuture<Recorded> done = new CompletableFuture<>();
    put(new Entry(result, null, null, done));
    return done;
  }

  /** Hands over a path failure; blocks as {@link #record} of a result does. */
  public void record(PathFailure failure) throws InterruptedException {
    put(new Entry(null, failure, null, new CompletableFuture<>()));
  }

  /**
   * Notes that a delivery is about to be offered to a peer, so that it is known to be in doubt if
   * no result follows; blocks as {@link #record} of a result does.
   *
   * @param expiresAt when the delivery's lifetime ends
   * @return completes once the note is durable or refused; the message goes out only after that
   */
  public CompletableFuture<Recorded> offer(
      ClaimedBatch batch, ClaimedDelivery delivery, Instant expiresAt) throws InterruptedException {
    CompletableFuture<Recorded> done = new CompletableFuture<>();
    Offer offer = new Offer(batch.id(), batch.epoch(), delivery.id(), expiresAt);
    put(new Entry(null, null, offer, done));
    return done;
  }

  /** Results that were handed over and are not durable yet. */
  public int backlog() {
    return settings.groupSize() - room.availablePermits();
  }

  /**
   * Which error of the process itself keeps results from being written, for people; empty while
   * none does.
   */
  public Optional<String> trouble() {
    return ended || writer.isAlive() ? tries.trouble() : Optional.of("the writer has ended");
  }

  /**
   * Writes what was handed over, then stops. If the database is away and does not come back in
   * time, what is left is given up, with a word in the log; those messages are sent again.
   */
  @Override
  public void close() {
    tries.close(settings.farewell());
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void put(Entry entry) throws InterruptedException {
    room.acquire();
    synchronized (end) {
      if (!ended) {
        queue.add(entry);
        return;
      }
    }
    room.release();
    throw new IllegalStateException("the recorder is closed");
  }

  private void writeUntilClosed() {
    List<Entry> group = new ArrayList<>();
    while (!ended) {
      try {
        writeNext(group);
      } catch (InterruptedException e) {
        // nobody but this class holds the thread; results come first, so the wish is not granted
        log.warn("The recorder was interrupted and goes on");
      } catch (GaveUpException e) {
        giveUp(group, e);
      } catch (RuntimeException | Error e) {
        // what was taken and not written is written next
        try {
          tries.waitAfter(e);
        } catch (GaveUpException tooLong) {
          giveUp(group, tooLong);
        }
      }
    }
  }

  /**
   * Writes a group, or the next one if it is empty.
   *
   * @param group is empty afterwards; has what is not written yet when this fails
   */
  private void writeNext(List<Entry> group) throws InterruptedException {
    boolean isClosing = tries.isClosing();
    if (group.isEmpty()) {
      queue.next(group, Duration.ofMillis(isClosing ? 1 : 200));
    }
    if (!group.isEmpty()) {
      groups.write(group);
      room.release(group.size());
      group.clear();
    } else if (isClosing) {
      endIfEmpty();
    }
    tries.wentWell();
  }

  private void endIfEmpty() {
    synchronized (end) {
      ended = queue.isEmpty();
    }
  }

  private void giveUp(List<Entry> unwritten, GaveUpException cause) {
    List<Entry> group = new ArrayList<>(unwritten);
    synchronized (end) {
      ended = true;
    }
    queue.drainTo(group);
    long lost = group.stream().filter(entry -> entry.done().completeExceptionally(cause)).count();
    room.release(group.size());
    log.error(
        "{} results could not be recorded before the end; their messages are sent again",
        lost,
        cause);
  }
}
