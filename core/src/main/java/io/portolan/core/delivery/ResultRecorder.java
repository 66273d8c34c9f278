package io.portolan.core.delivery;

import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.delivery.ResultStore.Extent;
import io.portolan.core.delivery.ResultStore.Offer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes results to the database in groups. One writer takes what arrived within a few milliseconds
 * and commits it as one transaction. While the database is away the writer tries again, the queue
 * fills, and callers block: sending stops at the bound instead of forgetting.
 *
 * <p>Thread-safe. Nothing handed over is lost short of the end of the process.
 */
public final class ResultRecorder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ResultRecorder.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final ResultStore store;
  private final ResultListener listener;
  private final InstantSource clock;
  private final Settings settings;
  private final BlockingQueue<Entry> queue;
  private final Thread writer;
  private volatile boolean closing;

  /**
   * How results are grouped.
   *
   * @param capacity results that may wait before callers block
   * @param groupSize results in one transaction at most
   * @param linger how long the first result of a group waits for company
   */
  public record Settings(int capacity, int groupSize, Duration linger) {
    public static final Settings DEFAULT = new Settings(4_000, 1_000, Duration.ofMillis(8));
  }

  /** Exactly one of result, failure and offer is there. */
  private record Entry(
      @Nullable RecordedResult result,
      @Nullable PathFailure failure,
      @Nullable Offer offer,
      CompletableFuture<Recorded> done) {

    /** The delivery that it changes. */
    Optional<Long> delivery() {
      if (result != null) {
        return Optional.of(result.delivery().id());
      }
      return Optional.ofNullable(offer).map(Offer::deliveryId);
    }
  }

  public ResultRecorder(
      Database database, ResultListener listener, InstantSource clock, Settings settings) {
    store = new ResultStore(database);
    this.listener = listener;
    this.clock = clock;
    this.settings = settings;
    queue = new ArrayBlockingQueue<>(settings.capacity());
    writer = Thread.ofPlatform().name("result-recorder").start(this::writeUntilClosed);
  }

  /**
   * Hands over a result; blocks while the queue is full.
   *
   * @return completes once the result is durable or refused
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
    queue.put(new Entry(result, null, null, done));
    return done;
  }

  /** Hands over a path failure; blocks while the queue is full. */
  public void record(PathFailure failure) throws InterruptedException {
    queue.put(new Entry(null, failure, null, new CompletableFuture<>()));
  }

  /**
   * Notes that a delivery is about to be offered to a peer, so that it is known to be in doubt if
   * no result follows; blocks while the queue is full.
   *
   * @param expiresAt when the delivery's lifetime ends
   * @return completes once the note is durable or refused; the message goes out only after that
   */
  public CompletableFuture<Recorded> offer(
      ClaimedBatch batch, ClaimedDelivery delivery, Instant expiresAt) throws InterruptedException {
    CompletableFuture<Recorded> done = new CompletableFuture<>();
    Offer offer = new Offer(batch.id(), batch.epoch(), delivery.id(), expiresAt);
    queue.put(new Entry(null, null, offer, done));
    return done;
  }

  /** Results that wait to be written. */
  public int backlog() {
    return queue.size();
  }

  /** Writes what was handed over, then stops. The caller hands over nothing more. */
  @Override
  public void close() {
    closing = true;
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeUntilClosed() {
    Optional<Entry> carried = Optional.empty();
    while (true) {
      try {
        List<Entry> group = new ArrayList<>();
        carried = nextGroup(carried, group);
        if (!group.isEmpty()) {
          write(group);
        } else if (closing && queue.isEmpty()) {
          return;
        }
      } catch (InterruptedException e) {
        // nobody but this class holds the thread; results come first, so the wish is not granted
        log.warn("The recorder was interrupted and goes on");
      }
    }
  }

  /**
   * Fills {@code group}. A second entry of one delivery starts the next group, since one statement
   * updates each row once.
   *
   * @return the entry that starts the next group
   */
  private Optional<Entry> nextGroup(Optional<Entry> carried, List<Entry> group)
      throws InterruptedException {
    Set<Long> deliveries = new HashSet<>();
    carried.ifPresent(
        entry -> {
          group.add(entry);
          add(deliveries, entry);
        });
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(closing ? 1 : 200);
    while (group.size() < settings.groupSize()) {
      Entry entry = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (entry == null) {
        return Optional.empty();
      }
      if (!add(deliveries, entry)) {
        return Optional.of(entry);
      }
      if (group.isEmpty()) {
        deadline = System.nanoTime() + settings.linger().toNanos();
      }
      group.add(entry);
    }
    return Optional.empty();
  }

  private static boolean add(Set<Long> deliveries, Entry entry) {
    return entry.delivery().map(deliveries::add).orElse(true);
  }

  /**
   * Writes entries in one transaction. If the database refuses them, each half is written for
   * itself, and so on, so that one bad entry costs nobody else a result.
   */
  private void write(List<Entry> entries) {
    try {
      finish(entries, writeUntilDone(entries, Extent.WHOLE));
    } catch (RuntimeException e) {
      if (entries.size() == 1) {
        writeLess(entries, e);
        return;
      }
      log.debug("{} results were refused together and are written in halves", entries.size(), e);
      int half = entries.size() / 2;
      write(entries.subList(0, half));
      write(entries.subList(half, entries.size()));
    }
  }

  /**
   * Writes less of one refused entry. A delivery whose result stayed unknown would be sent again,
   * so that rather its words are lost, or its attempt, than its end.
   */
  private void writeLess(List<Entry> one, RuntimeException refusal) {
    Entry entry = one.getFirst();
    RecordedResult result = entry.result();
    if (result == null) {
      Object what = entry.offer() == null ? entry.failure() : entry.offer();
      log.error("{} could not be recorded and is dropped", what, refusal);
      entry.done().completeExceptionally(refusal);
      return;
    }
    RuntimeException last = refusal;
    for (Extent extent : List.of(Extent.WITHOUT_WORDS, Extent.STATES_ALONE)) {
      try {
        Set<Long> applied = writeUntilDone(one, extent);
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
      } catch (RuntimeException e) {
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
          results(entries).stream()
              .filter(result -> applied.contains(result.delivery().id()))
              .toList(),
          failures(entries));
    } catch (RuntimeException e) {
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
   * @return the ids of the deliveries whose result was applied
   * @throws RuntimeException when the entries are refused for good
   */
  private Set<Long> writeUntilDone(List<Entry> entries, Extent extent) {
    ResultStore.Group group =
        new ResultStore.Group(results(entries), failures(entries), offers(entries), extent);
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return store.write(group);
      } catch (DatabaseException e) {
        if (!e.mayPass()) {
          throw e;
        }
        log.warn("{} Results wait and are written when it is back.", e.getMessage());
      }
      pause = sleep(pause);
    }
  }

  private static List<RecordedResult> results(List<Entry> entries) {
    return entries.stream().map(Entry::result).filter(Objects::nonNull).toList();
  }

  private static List<PathFailure> failures(List<Entry> entries) {
    return entries.stream().map(Entry::failure).filter(Objects::nonNull).toList();
  }

  private static List<Offer> offers(List<Entry> entries) {
    return entries.stream().map(Entry::offer).filter(Objects::nonNull).toList();
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
