package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import io.portolan.core.path.StoredHealth;
import java.time.Duration;
import java.time.Instant;

/**
 * What is known about one path, as a value; each transition returns the next.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>opened</th><th>failed</th><th>looking</th><th>good look</th><th>bad look</th></tr>
 * <tr><td>unknown</td><td>open</td><td>blocked</td><td>illegal</td><td>unknown</td><td>unknown</td></tr>
 * <tr><td>open</td><td>open</td><td>suspect</td><td>illegal</td><td>open</td><td>open</td></tr>
 * <tr><td>suspect</td><td>open</td><td>suspect</td><td>half-open</td><td>suspect</td><td>suspect</td></tr>
 * <tr><td>blocked</td><td>open</td><td>blocked</td><td>half-open</td><td>blocked</td><td>blocked</td></tr>
 * <tr><td>half-open</td><td>open</td><td>half-open</td><td>half-open</td><td>open, or half-open</td><td>blocked, longer</td></tr>
 * </table>
 *
 * Unknown becomes only suspect by a failure that says little, such as a peer that hangs up before
 * its banner. Mail takes only what is unknown or open: whether a path that was left is free again,
 * looks find out. A blocked path opens by two good ones, a suspect one, which may have been no more
 * than a hiccup, by one.
 *
 * @param since when it became open, or when the trouble began; a bad look does not move it, nor
 *     does a trial elsewhere
 * @param until open: when the ramp ends; suspect and blocked: when a look is due; half-open: when
 *     the next is, also if who looks does not come back
 * @param strikes failures in a row that counted; none while suspect; while unknown those of before
 *     a trial elsewhere
 * @param goodLooks in a row, while half-open
 * @param host that was dialled when it failed, to be looked at; several for direct as a whole
 * @param evidence what the last failure was, in words; empty while unknown and open
 */
record PathCondition(
    PathState state,
    Instant since,
    Instant until,
    int strikes,
    int goodLooks,
    String host,
    String evidence) {

  private static final int ENOUGH_LOOKS = 2;
  private static final Duration BREATH = Duration.ofSeconds(30);

  static PathCondition unknown(Instant now) {
    return new PathCondition(PathState.UNKNOWN, now, now, 0, 0, "", "");
  }

  static PathCondition of(StoredHealth stored) {
    return new PathCondition(
        stored.state(),
        stored.since(),
        stored.until(),
        stored.strikes(),
        stored.goodLooks(),
        stored.host(),
        stored.evidence());
  }

  PathCondition opened(Instant now, HealthSettings settings) {
    return switch (state) {
      case UNKNOWN -> open(now, now);
      case OPEN -> this;
      case SUSPECT, BLOCKED, HALF_OPEN -> open(now, now.plus(settings.rampFor()));
    };
  }

  /**
   * An opening failed.
   *
   * @param isClear whether the failure is the face of a blocked path; else it may as well be one
   *     server's mood
   */
  PathCondition failed(
      Instant now, String failure, String dialled, boolean isClear, HealthSettings settings) {
    return switch (state) {
      case UNKNOWN -> {
        if (strikes > 0) {
          yield blocked(since, now, strikes + 1, dialled, failure, settings);
        }
        yield isClear
            ? blocked(now, now, 1, dialled, failure, settings)
            : suspect(now, dialled, failure, settings);
      }
      case OPEN -> suspect(now, dialled, failure, settings);
      case SUSPECT, BLOCKED, HALF_OPEN -> this;
    };
  }

  /**
   * A look begins.
   *
   * @param limit when it has ended, or is given up
   */
  PathCondition looking(Instant limit) {
    if (!isLeft()) {
      throw new IllegalStateException("no look is due while " + state.id());
    }
    return new PathCondition(PathState.HALF_OPEN, since, limit, strikes, goodLooks, host, evidence);
  }

  PathCondition goodLook(Instant now, HealthSettings settings) {
    if (state != PathState.HALF_OPEN) {
      return this;
    }
    return strikes == 0 || goodLooks + 1 >= ENOUGH_LOOKS
        ? open(now, now.plus(settings.rampFor()))
        : new PathCondition(
            state, since, now.plus(settings.confirm()), strikes, goodLooks + 1, host, evidence);
  }

  PathCondition badLook(Instant now, String failure, HealthSettings settings) {
    return state == PathState.HALF_OPEN
        ? blocked(since, now, strikes + 1, host, failure, settings)
        : this;
  }

  /**
   * Mail shall try again, at hosts that may be others by now. If that fails, too, the trouble goes
   * on where it stood.
   */
  PathCondition tryElsewhere(Instant now) {
    return new PathCondition(PathState.UNKNOWN, since, now, strikes, 0, "", "");
  }

  /** The look ended without telling anything; another may follow before long. */
  PathCondition abandonedLook(Instant now, HealthSettings settings) {
    Duration pause = BREATH.compareTo(settings.firstBlock()) < 0 ? BREATH : settings.firstBlock();
    return state == PathState.HALF_OPEN
        ? new PathCondition(state, since, now.plus(pause), strikes, goodLooks, host, evidence)
        : this;
  }

  /** Whether mail leaves the path alone. */
  boolean isLeft() {
    return switch (state) {
      case SUSPECT, BLOCKED, HALF_OPEN -> true;
      case UNKNOWN, OPEN -> false;
    };
  }

  /** Whether a path that reopened is still given its sessions one by one. */
  boolean isRamping(Instant now) {
    return state == PathState.OPEN && now.isBefore(until);
  }

  private static PathCondition open(Instant since, Instant rampEnd) {
    return new PathCondition(PathState.OPEN, since, rampEnd, 0, 0, "", "");
  }

  private static PathCondition suspect(
      Instant now, String host, String failure, HealthSettings settings) {
    return settings.suspectFor().isZero()
        ? blocked(now, now, 1, host, failure, settings)
        : new PathCondition(
            PathState.SUSPECT, now, now.plus(settings.suspectFor()), 0, 0, host, failure);
  }

  private static PathCondition blocked(
      Instant since,
      Instant now,
      int strikes,
      String host,
      String failure,
      HealthSettings settings) {
    return new PathCondition(
        PathState.BLOCKED, since, now.plus(settings.blockFor(strikes)), strikes, 0, host, failure);
  }
}
