package io.portolan.metrics.policy;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known at a moment of ports and paths, and of the policies before.
 *
 * @param verdicts those too that nobody watches any more, which speak of the past alone
 * @param health of paths in networks that are watched; those of domains of no known ISP left out
 * @param failures since the trouble began, or of the last day, by path without regard to the ISP
 * @param calm by port the minute of the last day with the most sessions of those in which none
 *     failed; empty unless a port's sessions are held down
 * @param earlier for rows whose paths were others before
 */
record Facts(
    Instant now,
    List<Verdict> verdicts,
    List<Health> health,
    Map<Path, Failures> failures,
    Map<Integer, Calm> calm,
    Map<String, Earlier> earlier) {

  /**
   * What rounds of looks say of a port in one network.
   *
   * @param isStale whether nobody watches it any more
   */
  record Verdict(
      String network, int port, String verdict, Instant since, String words, boolean isStale) {}

  /**
   * How a path stands in one network.
   *
   * @param evidence the last failure: the kind of it, for a relay's path
   * @param wasOpen whether it ever was, as far as is recorded
   */
  record Health(
      String network,
      HealthKey key,
      PathState state,
      Instant since,
      String evidence,
      boolean wasOpen) {}

  /** Openings that failed, and how long they took together. */
  record Failures(long count, long millis) {
    long meanMillis() {
      return count == 0 ? 0 : millis / count;
    }
  }

  /** Sessions that the network let through in one minute, and to how many platforms. */
  record Calm(long sessions, long platforms) {}

  /**
   * The paths that a row had before.
   *
   * @param version the last that had them
   * @param byAutopilot whether nobody but the autopilot activated anything since
   * @param wasShut whether the first of them did not get through when they were changed
   */
  record Earlier(int version, List<PolicyPath> paths, boolean byAutopilot, boolean wasShut) {}

  Optional<Failures> failuresOf(Path path) {
    return Optional.ofNullable(failures.get(path)).filter(some -> some.count() > 0);
  }
}
