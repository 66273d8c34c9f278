package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One path's condition and the openings under way on it. Lets so few openings run at once that a
 * path which dies costs a handful of connects, however many sessions want it.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class PathEntry {
  /** Whether one more opening may begin. */
  enum Gate {
    FREE,
    /** As many as allowed are dialling; the answer is near. */
    BUSY,
    /** As {@link #BUSY}, on a path that reopened a moment ago. */
    RAMPING,
    /** One opening is trying whether the path still is blocked. */
    PROBING,
    /** Left alone until a known time. */
    SHUT
  }

  /** How many openings may dial at once in each state. */
  record Dials(int unknown, int ramping, int open) {}

  /**
   * After this an opening whose TCP is connected keeps nobody else from dialling: a slow banner is
   * no dead port.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** As long as the addresses of a target may take to time out; a slow peer takes longer. */
  private static final Duration LONGEST_DIAL = Duration.ofSeconds(45);

  private final Dials dials;
  private final List<PathLease> underWay = new ArrayList<>();
  private PathCondition condition;
  private @Nullable PathLease trial;
  private long lastOpened;

  PathEntry(Dials dials, Instant now) {
    this.dials = dials;
    condition = PathCondition.unknown(now);
  }

  PathCondition condition() {
    return condition;
  }

  boolean isIdle() {
    return underWay.isEmpty();
  }

  Gate gate(Instant now) {
    return switch (condition.state()) {
      case UNKNOWN -> dialling(now) < dials.unknown() ? Gate.FREE : Gate.BUSY;
      case OPEN -> {
        boolean isRamping = condition.isRamping(now);
        if (dialling(now) < (isRamping ? dials.ramping() : dials.open())) {
          yield Gate.FREE;
        }
        yield isRamping ? Gate.RAMPING : Gate.BUSY;
      }
      case SUSPECT, BLOCKED -> now.isBefore(condition.until()) ? Gate.SHUT : Gate.FREE;
      case HALF_OPEN -> Gate.PROBING;
    };
  }

  /** Begins an opening; the gate must be free. */
  void begin(PathLease lease) {
    underWay.add(lease);
    if (condition.isLeft()) {
      condition = condition.probing();
      trial = lease;
      lease.markTrial();
    }
  }

  void opened(PathLease lease, Instant now, HealthSettings settings) {
    underWay.remove(lease);
    lastOpened = Math.max(lastOpened, lease.number());
    condition = condition.opened(now, settings);
  }

  void failed(
      PathLease lease, String failure, boolean isClear, Instant now, HealthSettings settings) {
    underWay.remove(lease);
    if (mayCount(lease)) {
      condition = condition.failed(now, failure, isClear, settings);
    }
  }

  void abandoned(PathLease lease, Instant now) {
    underWay.remove(lease);
    if (lease == trial) {
      condition = condition.abandoned(now);
    }
  }

  void forget(Instant now) {
    condition = PathCondition.unknown(now);
  }

  /**
   * Whether a failure tells anything: while a trial runs only the trial's own does, and none does
   * that a later opening contradicted by succeeding.
   */
  boolean mayCount(PathLease lease) {
    return condition.state() == PathState.HALF_OPEN ? isTrial(lease) : lease.number() > lastOpened;
  }

  boolean isTrial(PathLease lease) {
    return condition.state() == PathState.HALF_OPEN && lease == trial;
  }

  private int dialling(Instant now) {
    int count = 0;
    for (PathLease lease : underWay) {
      Duration limit = lease.isConnected() ? PATIENCE : LONGEST_DIAL;
      if (now.isBefore(lease.since().plus(limit))) {
        count++;
      }
    }
    return count;
  }
}
