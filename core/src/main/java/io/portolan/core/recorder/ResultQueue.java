package io.portolan.core.recorder;

import io.portolan.core.delivery.PathFailure;
import io.portolan.core.recorder.ResultStore.Offer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, in the groups in which it is. Anybody may add; one thread takes.
 *
 * <p>A delivery is in a group once, since one statement updates each row once.
 */
final class ResultQueue {
  /** What somebody waits for before a message goes out is not kept longer. */
  private static final Duration OFFER_LINGER = Duration.ofMillis(5);

  /** Who comes at all comes sooner: where few may be under way all of them may be waiting. */
  private static final Duration GAP = Duration.ofMillis(8);

  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final int groupSize;
  private final Duration linger;
  // what was taken and is in no group: starts the next one
  private @Nullable Entry carried;

  ResultQueue(int groupSize, Duration linger) {
    this.groupSize = groupSize;
    this.linger = linger;
  }

  /** Exactly one of result, failure and offer is there. */
  record Entry(
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

    static List<RecordedResult> results(List<Entry> entries) {
      return entries.stream().map(Entry::result).filter(Objects::nonNull).toList();
    }

    static List<PathFailure> failures(List<Entry> entries) {
      return entries.stream().map(Entry::failure).filter(Objects::nonNull).toList();
    }

    static List<Offer> offers(List<Entry> entries) {
      return entries.stream().map(Entry::offer).filter(Objects::nonNull).toList();
    }
  }

  void add(Entry entry) {
    queue.add(entry);
  }

  boolean isEmpty() {
    return carried == null && queue.isEmpty();
  }

  /** Takes all that is left, in no groups. */
  void drainTo(List<Entry> rest) {
    if (carried != null) {
      rest.add(carried);
      carried = null;
    }
    queue.drainTo(rest);
  }

  /**
   * Takes the next group, with what comes while it waits for company.
   *
   * @param group empty, and stays so if nothing came; has what was taken however this ends
   * @param patience how long the first entry is waited for
   */
  void next(List<Entry> group, Duration patience) throws InterruptedException {
    Set<Long> deliveries = new HashSet<>();
    long deadline = System.nanoTime() + patience.toNanos();
    while (group.size() < groupSize) {
      Entry entry;
      try {
        entry = take(deadline, group.isEmpty());
      } catch (InterruptedException e) {
        if (group.isEmpty()) {
          throw e;
        }
        return; // what was taken is written first
      }
      if (entry == null) {
        return;
      }
      if (!entry.delivery().map(deliveries::add).orElse(true)) {
        return;
      }
      long now = System.nanoTime();
      if (group.isEmpty()) {
        deadline = now + linger.toNanos();
      }
      if (entry.offer() != null) {
        deadline = Math.min(deadline, now + OFFER_LINGER.toNanos());
      }
      group.add(entry);
      carried = null;
    }
  }

  /** Takes an entry and carries it until it is in a group, lest an error in between lose it. */
  private @Nullable Entry take(long deadline, boolean isFirst) throws InterruptedException {
    if (carried == null) {
      long left = deadline - System.nanoTime();
      carried = queue.poll(isFirst ? left : Math.min(left, GAP.toNanos()), TimeUnit.NANOSECONDS);
    }
    return carried;
  }
}
