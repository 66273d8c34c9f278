package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import java.time.Duration;
import java.time.Instant;

/**
 * What is known about one path, as a value; each transition returns the next.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>opened</th><th>failed</th><th>probing</th><th>abandoned</th></tr>
 * <tr><td>unknown</td><td>open</td><td>blocked</td><td>illegal</td><td>unknown</td></tr>
 * <tr><td>open</td><td>open</td><td>suspect</td><td>illegal</td><td>open</td></tr>
 * <tr><td>suspect</td><td>open</td><td>suspect</td><td>half-open</td><td>suspect</td></tr>
 * <tr><td>blocked</td><td>open</td><td>blocked</td><td>half-open</td><td>blocked</td></tr>
 * <tr><td>half-open</td><td>open</td><td>blocked, longer</td><td>illegal</td><td>blocked, due soon</td></tr>
 * </table>
 *
 * Unknown becomes only suspect by a failure that says little, such as a peer that hangs up before
 * its banner. A late failure of an opening that began before the path was left adds nothing to
 * suspect and blocked. Who calls {@link #failed} in half-open has made sure that it was the trial
 * that failed.
 *
 * @param since when it became open, or when the trouble began; a failed trial does not move it
 * @param until open: when the ramp ends; suspect and blocked: when a trial is due
 * @param strikes failures in a row that counted
 * @param evidence what the last failure was, in words; empty while unknown and open
 */
record PathCondition(PathState state, Instant since, Instant until, int strikes, String evidence) {

  private static final Duration BREATH = Duration.ofSeconds(1);

  static PathCondition unknown(Instant now) {
    return new PathCondition(PathState.UNKNOWN, now, now, 0, "");
  }

  PathCondition opened(Instant now, HealthSettings settings) {
    return switch (state) {
      case UNKNOWN -> new PathCondition(PathState.OPEN, now, now, 0, "");
      case OPEN -> this;
      case SUSPECT, BLOCKED, HALF_OPEN ->
          new PathCondition(PathState.OPEN, now, now.plus(settings.rampFor()), 0, "");
    };
  }

  /**
   * An opening failed.
   *
   * @param isClear whether the failure is the face of a blocked path; else it may as well be one
   *     server's mood
   */
  PathCondition failed(Instant now, String failure, boolean isClear, HealthSettings settings) {
    return switch (state) {
      case UNKNOWN ->
          isClear ? blocked(now, now, 1, failure, settings) : suspect(now, failure, settings);
      case OPEN -> suspect(now, failure, settings);
      case SUSPECT, BLOCKED -> this;
      case HALF_OPEN -> blocked(since, now, strikes + 1, failure, settings);
    };
  }

  PathCondition probing() {
    return switch (state) {
      case SUSPECT, BLOCKED ->
          new PathCondition(PathState.HALF_OPEN, since, until, strikes, evidence);
      case UNKNOWN, OPEN, HALF_OPEN ->
          throw new IllegalStateException("no trial is due while " + state.id());
    };
  }

  /** The trial ended without telling anything; another may follow in a moment. */
  PathCondition abandoned(Instant now) {
    return switch (state) {
      case HALF_OPEN ->
          new PathCondition(PathState.BLOCKED, since, now.plus(BREATH), strikes, evidence);
      case UNKNOWN, OPEN, SUSPECT, BLOCKED -> this;
    };
  }

  /** Whether the path is left alone until a trial is due. */
  boolean isLeft() {
    return state == PathState.SUSPECT || state == PathState.BLOCKED;
  }

  /** Whether a path that reopened is still given one opening at a time. */
  boolean isRamping(Instant now) {
    return state == PathState.OPEN && now.isBefore(until);
  }

  private static PathCondition suspect(Instant now, String failure, HealthSettings settings) {
    return settings.suspectFor().isZero()
        ? blocked(now, now, 1, failure, settings)
        : new PathCondition(PathState.SUSPECT, now, now.plus(settings.suspectFor()), 0, failure);
  }

  private static PathCondition blocked(
      Instant since, Instant now, int strikes, String failure, HealthSettings settings) {
    return new PathCondition(
        PathState.BLOCKED, since, now.plus(settings.blockFor(strikes)), strikes, failure);
  }
}
