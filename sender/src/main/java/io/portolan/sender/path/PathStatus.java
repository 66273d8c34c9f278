package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a path stands at this moment, for people to see.
 *
 * @param target the platform whose mail hosts it leads to; empty for a relay, and for direct as a
 *     whole
 * @param since when it became open, or when the trouble began
 * @param nextTry when it is looked at again; present for suspect, blocked and half-open
 * @param evidence the last failure in words; empty while unknown and open
 * @param families the same by each IP family that it was dialled at, where that is told apart
 */
public record PathStatus(
    Path path,
    String target,
    PathState state,
    Instant since,
    Optional<Instant> nextTry,
    String evidence,
    List<ByFamily> families) {

  /**
   * How a path stands by one IP family.
   *
   * @param family {@code ipv4} or {@code ipv6}
   */
  public record ByFamily(
      String family, PathState state, Instant since, Optional<Instant> nextTry, String evidence) {
    static ByFamily of(IpFamily family, PathCondition condition) {
      return new ByFamily(
          family.id(),
          condition.state(),
          condition.since(),
          PathStatus.nextTry(condition),
          condition.evidence());
    }
  }

  static PathStatus of(HealthKey key, PathCondition condition, List<ByFamily> families) {
    return new PathStatus(
        key.path(),
        key.target(),
        condition.state(),
        condition.since(),
        nextTry(condition),
        condition.evidence(),
        families);
  }

  private static Optional<Instant> nextTry(PathCondition condition) {
    return condition.isLeft() ? Optional.of(condition.until()) : Optional.empty();
  }

  /** Whether it leads to the mail hosts of one domain that no ISP is known for. */
  public boolean isOfOneDomain() {
    return DirectPort.isSmall(target);
  }

  /** Such as {@code ses:587}, or {@code direct:25 to yahoo}. */
  public String label() {
    return target.isEmpty() ? path.label() : path.label() + " to " + target;
  }
}
