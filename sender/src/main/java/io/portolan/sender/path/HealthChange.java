package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.path.PathTransition;
import io.portolan.core.path.StoredHealth;
import java.time.Instant;

/**
 * Something new about a path.
 *
 * @param from the state before, which may be the same as now
 */
record HealthChange(HealthKey key, PathState from, PathCondition now, PathTransition.Cause cause) {

  boolean isTransition() {
    return from != now.state();
  }

  /**
   * Whether it is worth being stored: that one of the many domains of no known ISP answered as it
   * should is not.
   */
  boolean isTelling() {
    return !(from == PathState.UNKNOWN
        && now.state() == PathState.OPEN
        && DirectPort.isSmall(key.target()));
  }

  StoredHealth health(String node) {
    return new StoredHealth(
        key,
        now.state(),
        now.since(),
        now.until(),
        now.strikes(),
        now.goodLooks(),
        now.host(),
        now.evidence(),
        node);
  }

  PathTransition transition(Instant at, String node) {
    return new PathTransition(
        0, at, key, from, now.state(), cause, now.host(), now.evidence(), node);
  }
}
