package io.portolan.sender.lane;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The lanes of this node. A platform's lane stays; that of a domain which no ISP is known for is
 * dropped when nothing waits in it, but not while its domain refuses us: a lane that forgot would
 * offer as many recipients again with each retry.
 *
 * <p>Thread-safe.
 */
final class Lanes {
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final int refusalsInARow;
  private final int mostKept;

  /**
   * @param refusalsInARow after which a lane holds back
   * @param mostKept above this number the lanes are dropped of which the refusals are oldest
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
          return lane;
        });
  }

  /** How many hold back because their platform refuses us. */
  int held(Instant now) {
    sweep(now);
    return (int) lanes.values().stream().filter(Lane::isHeld).count();
  }

  int size() {
    return lanes.size();
  }

  /** A worker of the lane has ended. */
  void workerEnded(Lane lane, Instant now) {
    drop(lane, now);
    if (lanes.size() > mostKept) {
      sweep(now);
      dropOldest();
    }
  }

  private void sweep(Instant now) {
    lanes.values().forEach(lane -> drop(lane, now));
  }

  private void drop(Lane lane, Instant now) {
    if (lane.isOfOneDomain()) {
      lanes.computeIfPresent(
          lane.key(), (_, present) -> present.isIdle() && !present.remembers(now) ? null : present);
    }
  }

  /** Drops a tenth at once, so that not every worker that ends has to look at all lanes. */
  private void dropOldest() {
    int surplus = lanes.size() - (mostKept - mostKept / 10);
    List<Lane> oldest =
        lanes.values().stream()
            .filter(lane -> lane.isOfOneDomain() && lane.isIdle())
            .sorted(Comparator.comparing(Lane::remembersUntil))
            .limit(Math.max(0, surplus))
            .toList();
    oldest.forEach(
        lane ->
            lanes.computeIfPresent(lane.key(), (_, present) -> present.isIdle() ? null : present));
  }
}
