package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

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
    /** Not now, on a path that reopened a moment ago and gets its sessions one by one. */
    RAMPING,
    /** Left alone. */
    SHUT
  }

  /**
   * How many openings may be under way at once.
   *
   * @param unknown on a path not tried yet
   * @param dialling without a connection yet, on an open path
   * @param open on an open path
   */
  record Dials(int unknown, int dialling, int open) {}

  /**
   * After this an opening whose TCP is connected keeps nobody else from dialling: a slow banner is
   * no dead port.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** As long as the addresses of a target may take to time out; a slow peer takes longer. */
  private static final Duration LONGEST_DIAL = Duration.ofSeconds(45);

  /** How many sessions a path that reopened is given while it ramps, one after another. */
  private static final int RAMP_STEPS = 8;

  /**
   * After this a look is due at a path that no mail asks for, such as one that a person put behind
   * another: whoever would put it back has to know that it is free again.
   */
  private static final Duration UNASKED = Duration.ofHours(1);

  private final Dials dials;
  private final List<PathLease> underWay = new ArrayList<>();
  private PathCondition condition;
  private long lastOpened;
  private Instant lastBegun = Instant.MIN;
  private boolean isWanted;

  PathEntry(Dials dials, Instant now) {
    this.dials = dials;
    condition = PathCondition.unknown(now);
  }

  PathCondition condition() {
    return condition;
  }

  void become(PathCondition next) {
    condition = next;
  }

  boolean isIdle() {
    return underWay.isEmpty();
  }

  Gate gate(Instant now, HealthSettings settings) {
    return gate(now, settings, _ -> true);
  }

  /**
   * Whether one more opening may begin on an entry that serves several classes of openings.
   *
   * @param isAlike those of the same class, whose number is limited on an open path
   */
  Gate gate(Instant now, HealthSettings settings, Predicate<PathLease> isAlike) {
    return switch (condition.state()) {
      case UNKNOWN -> count(now, false, _ -> true) < dials.unknown() ? Gate.FREE : Gate.BUSY;
      case OPEN -> {
        if (condition.isRamping(now)) {
          boolean isTurn = !now.isBefore(lastBegun.plus(settings.rampFor().dividedBy(RAMP_STEPS)));
          yield isTurn && count(now, false, _ -> true) == 0 ? Gate.FREE : Gate.RAMPING;
        }
        yield count(now, true, isAlike) < dials.dialling()
                && count(now, false, isAlike) < dials.open()
            ? Gate.FREE
            : Gate.BUSY;
      }
      case SUSPECT, BLOCKED, HALF_OPEN -> Gate.SHUT;
    };
  }

  /** Begins an opening; the gate must be free. */
  void begin(PathLease lease, Instant now) {
    underWay.add(lease);
    lastBegun = now;
  }

  void opened(PathLease lease, Instant now, HealthSettings settings) {
    underWay.remove(lease);
    lastOpened = Math.max(lastOpened, lease.number());
    condition = condition.opened(now, settings);
  }

  void failed(
      PathLease lease,
      String failure,
      String host,
      boolean isClear,
      Instant now,
      HealthSettings settings) {
    underWay.remove(lease);
    if (mayCount(lease)) {
      condition = condition.failed(now, failure, host, isClear, settings);
    }
  }

  void abandoned(PathLease lease) {
    underWay.remove(lease);
  }

  /** Whether a failure tells anything: none does that a later opening contradicted. */
  boolean mayCount(PathLease lease) {
    return lease.number() > lastOpened;
  }

  /** Mail would take the path: it is worth a look when one is due. */
  void want() {
    isWanted = true;
  }

  /**
   * Whether a look is due: mail has asked for the path since the last one.
   *
   * @param evenUnasked whether one is due some time later also without that
   */
  boolean isLookDue(Instant now, boolean evenUnasked) {
    Duration later = isWanted ? Duration.ZERO : UNASKED;
    return condition.isLeft()
        && (isWanted || evenUnasked)
        && !now.isBefore(condition.until().plus(later));
  }

  void beginLook(Instant limit) {
    // one that was good is followed by another, whoever asks
    isWanted = condition.state() == PathState.HALF_OPEN;
    condition = condition.looking(limit);
  }

  void goodLook(Instant now, HealthSettings settings) {
    condition = condition.goodLook(now, settings);
    isWanted = condition.isLeft();
  }

  private int count(Instant now, boolean unconnectedOnly, Predicate<PathLease> which) {
    int count = 0;
    for (PathLease lease : underWay) {
      Duration limit = lease.isConnected() ? PATIENCE : LONGEST_DIAL;
      if (now.isBefore(lease.since().plus(limit))
          && !(unconnectedOnly && lease.isConnected())
          && which.test(lease)) {
        count++;
      }
    }
    return count;
  }
}
