package io.portolan.core.recorder;

import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.recorder.ResultQueue.Entry;
import io.portolan.core.recorder.ResultStore.Extent;
import io.portolan.core.recorder.ResultStore.Offer;
import io.portolan.core.suppression.SoftBounceRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes results to the database in groups. One writer takes what arrived within some milliseconds
 * and commits it as one transaction: its statements and its commit cost much the same for a hundred
 * results as for a thousand. While the database is away the writer tries again, and callers block:
 * sending stops at the bound instead of forgetting. So it does at an error of the process itself,
 * as of memory or of a class that is missing: nothing is recorded as if all were well, and {@link
 * #trouble} tells.
 *
 * <p>Thread-safe. Nothing handed over is lost short of the end of the process.
 */
public final class ResultRecorder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ResultRecorder.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** How often a group is tried that meets an error of our own, before it is taken apart. */
  private static final int TRIES = 3;

  private final ResultStore store;
  private final ResultListener listener;
  private final InstantSource clock;
  private final Settings settings;
  private final ResultQueue queue;
  private final Semaphore room;
  private final Thread writer;
  // guards that nothing is added to the queue once the writer found it empty and ended
  private final Object end = new Object();
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile long lastTry;
  private volatile Optional<String> trouble = Optional.empty();

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

  /** Writing stayed impossible for as long as closing may wait. */
  private static final class GaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GaveUpException(Throwable cause) {
      super("Results could not be written when the recorder was closed", cause);
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
    store = new ResultStore(database, settings.softBounces(), hook);
    this.listener = listener;
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
   * Which error of the process itself keeps results from being written as they should be, for
   * people; empty while none does.
   */
  public Optional<String> trouble() {
    return ended || writer.isAlive() ? trouble : Optional.of("the writer has ended");
  }

  /**
   * Writes what was handed over, then stops. If the database is away and does not come back in
   * time, what is left is given up, with a word in the log; those messages are sent again.
   */
  @Override
  public void close() {
    lastTry = System.nanoTime() + settings.farewell().toNanos();
    closing = true;
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
    Duration pause = FIRST_PAUSE;
    while (!ended) {
      try {
        if (group.isEmpty()) {
          queue.next(group, Duration.ofMillis(closing ? 1 : 200));
        }
        if (!group.isEmpty()) {
          write(group, TRIES);
          room.release(group.size());
          group.clear();
        } else if (closing) {
          endIfEmpty();
        }
        pause = FIRST_PAUSE;
      } catch (InterruptedException e) {
        // nobody but this class holds the thread; results come first, so the wish is not granted
        log.warn("The recorder was interrupted and goes on");
      } catch (GaveUpException e) {
        giveUp(group, e);
      } catch (RuntimeException | Error e) {
        // what was taken and not written is written next
        met(e);
        if (isTimeUp()) {
          giveUp(group, new GaveUpException(e));
        }
        pause = sleep(pause);
      }
    }
  }

  private boolean isTimeUp() {
    return closing && System.nanoTime() - lastTry > 0;
  }

  /** Tells of what is no fault of the entries, once with all that is known of it. */
  private void met(Throwable e) {
    String what = e.toString();
    boolean isNews = trouble.filter(what::equals).isEmpty();
    trouble = Optional.of(what);
    if (isNews) {
      log.error("Results cannot be written for a fault of this process and are tried again", e);
    } else {
      log.warn("Results still cannot be written: {}", what);
    }
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

  /**
   * Writes entries in one transaction. If the database refuses them, each half is written for
   * itself, and so on, so that one bad entry costs nobody else a result.
   *
   * @param tries how often they are tried as they are at an error
   */
  private void write(List<Entry> entries, int tries) {
    List<Entry> open = entries.stream().filter(entry -> !entry.done().isDone()).toList();
    if (open.isEmpty()) {
      return;
    }
    try {
      Set<Long> applied = writeUntilDone(open, Extent.WHOLE, tries);
      trouble = Optional.empty();
      finish(open, applied);
    } catch (GaveUpException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      if (open.size() == 1) {
        writeLess(open, e);
        return;
      }
      log.debug("{} results were refused together and are written in halves", open.size(), e);
      int half = open.size() / 2;
      write(open.subList(0, half), 1);
      write(open.subList(half, open.size()), 1);
    }
  }

  /**
   * Writes less of one refused entry. A delivery whose result stayed unknown would be sent again,
   * so that rather its words are lost, or its attempt, than its end.
   */
  private void writeLess(List<Entry> one, Throwable refusal) {
    Entry entry = one.getFirst();
    RecordedResult result = entry.result();
    if (result == null) {
      Object what = entry.offer() == null ? entry.failure() : entry.offer();
      log.error("{} could not be recorded and is dropped", what, refusal);
      entry.done().completeExceptionally(refusal);
      return;
    }
    Throwable last = refusal;
    for (Extent extent : List.of(Extent.WITHOUT_WORDS, Extent.STATES_ALONE)) {
      try {
        // an error does not end the last: whoever offers on without results would send all twice
        int tries = extent == Extent.STATES_ALONE ? Integer.MAX_VALUE : 1;
        Set<Long> applied = writeUntilDone(one, extent, tries);
        log.error(
            "The result of delivery {} was refused and is recorded {}: {}",
            result.delivery().id(),
            extent == Extent.WITHOUT_WORDS
                ? "without the words of its attempt"
                : "without its attempt, and is not in the reports",
            result.outcome(),
            refusal);
        finish(one, applied);
        return;
      } catch (GaveUpException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        last = e;
      }
    }
    log.error(
        "The result of delivery {} could not be recorded; it stays open and is sent again when its"
            + " batch is claimed again: {}",
        result.delivery().id(),
        result.outcome(),
        last);
    entry.done().completeExceptionally(last);
  }

  /** Tells everybody who waits. */
  private void finish(List<Entry> entries, Set<Long> applied) {
    try {
      listener.recorded(
          Entry.results(entries).stream()
              .filter(result -> applied.contains(result.delivery().id()))
              .toList(),
          Entry.failures(entries));
    } catch (RuntimeException | Error e) {
      log.error("The listener failed on {} results, which are recorded", entries.size(), e);
    }
    for (Entry entry : entries) {
      boolean stale = entry.delivery().filter(id -> !applied.contains(id)).isPresent();
      entry.done().complete(stale ? Recorded.STALE : Recorded.APPLIED);
    }
  }

  /**
   * Writes entries, as often as it takes while the database is away.
   *
   * @param tries how often an error is met before it is thrown
   * @return the ids of the deliveries whose result was applied
   * @throws GaveUpException when that takes longer than closing may wait
   * @throws RuntimeException when the entries are refused for good
   */
  private Set<Long> writeUntilDone(List<Entry> entries, Extent extent, int tries) {
    ResultStore.Group group =
        new ResultStore.Group(
            Entry.results(entries), Entry.failures(entries), Entry.offers(entries), extent);
    Duration pause = FIRST_PAUSE;
    for (int errors = 0; ; ) {
      try {
        return store.write(group);
      } catch (DatabaseException e) {
        if (!e.mayPass()) {
          throw e;
        }
        if (isTimeUp()) {
          throw new GaveUpException(e);
        }
        log.warn("{} Results wait and are written when it is back.", e.getMessage());
      } catch (Error e) {
        if (++errors >= tries) {
          throw e;
        }
        met(e);
        if (isTimeUp()) {
          throw new GaveUpException(e);
        }
      }
      pause = sleep(pause);
    }
  }

  private static Duration sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      log.warn("The recorder was interrupted and goes on");
    }
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
