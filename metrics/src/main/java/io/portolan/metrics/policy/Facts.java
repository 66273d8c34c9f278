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
 * @param health of paths; those of domains of no known ISP left out
 * @param failures since the trouble began, or of the last day, by path without regard to the ISP
 * @param earlier for rows whose paths were others before
 */
record Facts(
    Instant now,
    List<Verdict> verdicts,
    List<Health> health,
    Map<Path, Failures> failures,
    Map<String, Earlier> earlier) {

  /** What rounds of looks say of a port in one network. */
  record Verdict(String network, int port, String verdict, Instant since, String words) {}

  /**
   * How a path stands in one network.
   *
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

  /**
   * The paths that a row had before.
   *
   * @param version the last that had them
   * @param author who changed them
   * @param wasShut whether the first of them did not get through when they were changed
   */
  record Earlier(int version, List<PolicyPath> paths, String author, boolean wasShut) {}

  Optional<Failures> failuresOf(Path path) {
    return Optional.ofNullable(failures.get(path)).filter(some -> some.count() > 0);
  }
}
