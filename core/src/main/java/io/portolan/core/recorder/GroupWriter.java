package io.portolan.core.recorder;

import io.portolan.core.recorder.ResultQueue.Entry;
import io.portolan.core.recorder.ResultStore.Extent;
import io.portolan.core.recorder.Tries.GaveUpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes groups of entries and tells who waits. One entry that is refused costs no other its
 * result; what more than one meets is no fault of theirs, and they wait until it is over. Used by
 * one thread.
 */
final class GroupWriter {
  private static final Logger log = LoggerFactory.getLogger(GroupWriter.class);

  /** How often a group is tried that meets an error, before it is taken apart. */
  private static final int TRIES = 3;

  private final ResultStore store;
  private final ResultListener listener;
  private final Tries tries;
  // one was written less at an error, and none was written since that met none
  private boolean isOneSpoiled;

  GroupWriter(ResultStore store, ResultListener listener, Tries tries) {
    this.store = store;
    this.listener = listener;
    this.tries = tries;
  }

  /** An entry, and the error that it met alone. */
  private record Suspect(Entry entry, Error error) {}

  /**
   * Writes entries in one transaction, or those of them that were not yet.
   *
   * @throws GaveUpException when that takes longer than closing may wait
   */
  void write(List<Entry> group) {
    List<Suspect> suspects = new ArrayList<>();
    write(group, TRIES, suspects);
    if (suspects.size() == 1 && !isOneSpoiled) {
      Suspect bad = suspects.getFirst();
      isOneSpoiled = group.size() == 1;
      writeLess(bad.entry(), bad.error());
    } else if (!suspects.isEmpty()) {
      write(group, Tries.UNTIL_DONE, suspects);
    }
  }

  /**
   * Writes entries in one transaction. If they are refused, each half is written for itself, and so
   * on, so that one bad entry costs nobody else a result.
   *
   * @param most how often they are tried as they are at an error
   * @param suspects gets those that meet an error alone; the second of them ends the search
   */
  private void write(List<Entry> entries, int most, List<Suspect> suspects) {
    List<Entry> open = entries.stream().filter(entry -> !entry.done().isDone()).toList();
    if (open.isEmpty()) {
      return;
    }
    Set<Long> applied;
    try {
      applied = writeUntilDone(open, Extent.WHOLE, most);
    } catch (GaveUpException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      if (open.size() > 1) {
        log.debug("{} results were refused together and are written in halves", open.size(), e);
        int half = open.size() / 2;
        int each = most == TRIES ? 1 : most;
        write(open.subList(0, half), each, suspects);
        if (suspects.size() < 2 || most == Tries.UNTIL_DONE) {
          write(open.subList(half, open.size()), each, suspects);
        }
      } else if (e instanceof Error error) {
        suspects.add(new Suspect(open.getFirst(), error));
      } else {
        writeLess(open.getFirst(), e);
      }
      return;
    }
    isOneSpoiled = false;
    tries.wentWell();
    finish(open, applied);
  }

  /**
   * Writes less of one refused entry. A delivery whose result stayed unknown would be sent again,
   * so that rather its words are lost, or its attempt, than its end.
   */
  private void writeLess(Entry entry, Throwable refusal) {
    RecordedResult result = entry.result();
    if (result == null) {
      Object what = entry.offer() == null ? entry.failure() : entry.offer();
      log.error("{} could not be recorded and is dropped", what, refusal);
      entry.done().completeExceptionally(refusal);
      return;
    }
    List<Entry> one = List.of(entry);
    Throwable last = refusal;
    for (Extent extent : List.of(Extent.WITHOUT_WORDS, Extent.STATES_ALONE)) {
      Set<Long> applied;
      try {
        // an error does not end the last: whoever offers on without results would send all twice
        int most = extent == Extent.STATES_ALONE ? Tries.UNTIL_DONE : 1;
        applied = writeUntilDone(one, extent, most);
      } catch (GaveUpException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        last = e;
        continue;
      }
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
   * Writes entries, as often as it takes while that may pass.
   *
   * @param most how often an error is met before it is thrown
   * @return the ids of the deliveries whose result was applied
   * @throws GaveUpException when that takes longer than closing may wait
   * @throws RuntimeException when the entries are refused for good
   */
  private Set<Long> writeUntilDone(List<Entry> entries, Extent extent, int most) {
    ResultStore.Group group =
        new ResultStore.Group(
            Entry.results(entries), Entry.failures(entries), Entry.offers(entries), extent);
    try {
      return tries.insist(most, () -> store.write(group));
    } catch (GaveUpException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // what came after the commit is no refusal, and what is in would be written again
      Optional<Set<Long>> committed = tries.insist(Tries.UNTIL_DONE, () -> store.committed(group));
      if (committed.isPresent()) {
        return committed.get();
      }
      throw e;
    }
  }
}
