package io.portolan.sender.lane;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of this node. A platform's lane stays; that of a domain which no ISP is known for is
 * dropped when nothing waits in it, but not while its domain refuses us: a lane that forgot would
 * offer as many recipients again with each retry.
 *
 * <p>Thread-safe.
 */
final class Lanes {
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

  // the lanes of single domains in which nothing waits, and until when each remembers: changed
  // while the lane is locked in its map alone, so that what is sorted does not change meanwhile
  private final Map<String, Instant> idle = new ConcurrentHashMap<>();

  private final ReentrantLock dropping = new ReentrantLock();
  private final int refusalsInARow;
  private final int mostKept;

  /**
   * @param refusalsInARow after which a lane holds back
   * @param mostKept of those in which nothing waits; above this number those are dropped of which
   *     the refusals are oldest
   */
  Lanes(int refusalsInARow, int mostKept) {
    this.refusalsInARow = refusalsInARow;
    this.mostKept = mostKept;
  }

  /** Uses a lane, which is not dropped meanwhile. */
  void with(String key, String platform, Consumer<Lane> use) {
    lanes.compute(
        key,
        (_, existing) -> {
          Lane lane = existing == null ? new Lane(key, platform, refusalsInARow) : existing;
          use.accept(lane);
          note(lane);
          return lane;
        });
  }

  /** How many hold back so. */
  int held(Predicate<Lane> isHeldSo, Instant now) {
    dropForgotten(now);
    return (int) lanes.values().stream().filter(isHeldSo).count();
  }

  int size() {
    return lanes.size();
  }

  /** A worker of the lane has ended. */
  void workerEnded(Lane lane, Instant now) {
    if (lane.isOfOneDomain()) {
      dropIfForgotten(lane.key(), now);
    }
    // one drops for all
    if (idle.size() > mostKept && dropping.tryLock()) {
      try {
        dropForgotten(now);
        dropOldest();
      } finally {
        dropping.unlock();
      }
    }
  }

  private void dropForgotten(Instant now) {
    idle.keySet().forEach(key -> dropIfForgotten(key, now));
  }

  private void dropIfForgotten(String key, Instant now) {
    lanes.computeIfPresent(
        key,
        (_, lane) -> {
          if (lane.isIdle() && !lane.remembers(now)) {
            return forget(key);
          }
          note(lane);
          return lane;
        });
  }

  /** Drops a tenth at once, so that not every worker that ends has to look at all of them. */
  private void dropOldest() {
    List<Idle> all =
        idle.entrySet().stream()
            .map(entry -> new Idle(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparing(Idle::remembersUntil))
            .toList();
    int surplus = Math.max(0, all.size() - (mostKept - mostKept / 10));
    all.subList(0, surplus)
        .forEach(
            oldest ->
                lanes.computeIfPresent(
                    oldest.key(), (_, lane) -> oldest.isStill(lane) ? forget(lane.key()) : lane));
  }

  private void note(Lane lane) {
    if (lane.isOfOneDomain() && lane.isIdle()) {
      idle.put(lane.key(), lane.remembersUntil());
    } else {
      idle.remove(lane.key());
    }
  }

  private @Nullable Lane forget(String key) {
    idle.remove(key);
    return null;
  }

  /** A lane in which nothing waited when it was looked at. */
  private record Idle(String key, Instant remembersUntil) {
    boolean isStill(Lane lane) {
      return lane.isIdle() && lane.remembersUntil().equals(remembersUntil);
    }
  }
}
