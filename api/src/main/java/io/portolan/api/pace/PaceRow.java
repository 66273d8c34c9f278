package io.portolan.api.pace;

import io.portolan.core.json.HumanDuration;
import io.portolan.core.pace.Pace;
import io.portolan.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How fast a platform is sent to, or that nothing goes by a relay for a while.
 *
 * @param platform or {@code other/} and a domain of no known ISP, or {@code relay/} and a relay
 * @param scope whose limits these are, {@code cluster} or {@code node}
 * @param policyRate messages a second by the policy; empty for no limit
 * @param rate messages a second at this moment; empty for no limit
 * @param policyConnections 0 of a relay
 * @param state {@code policy}, {@code cooling-down} or {@code slowed}
 * @param why in words
 * @param since empty where the policy's limits hold
 * @param until the end of the cool-down, or when the policy's limits hold again if no reply slows
 *     it down meanwhile
 */
public record PaceRow(
    String platform,
    String scope,
    Optional<Double> policyRate,
    Optional<Double> rate,
    int policyConnections,
    int connections,
    String state,
    String why,
    Optional<Instant> since,
    Optional<Instant> until) {

  /** The row of a platform that is sent to by the policy's limits. */
  public static PaceRow of(String platform, Limits policy) {
    return new PaceRow(
        platform,
        policy.scope().id(),
        limited(policy.messagesPerSecond()),
        limited(policy.messagesPerSecond()),
        policy.connections(),
        policy.connections(),
        "policy",
        "the policy's limits hold",
        Optional.empty(),
        Optional.empty());
  }

  /** The row of a platform that throttled us. */
  public static PaceRow of(Pace pace, Limits policy, Instant now) {
    boolean isCoolingDown = pace.isCoolingDown(now);
    return new PaceRow(
        pace.lane(),
        policy.scope().id(),
        limited(policy.messagesPerSecond()),
        Optional.of(isCoolingDown ? 0 : pace.rate(now, policy)),
        policy.connections(),
        isCoolingDown ? 0 : pace.connections(now, policy),
        isCoolingDown ? "cooling-down" : "slowed",
        isCoolingDown
            ? coolingDown(pace, now)
            : "more with each minute without such a reply after: " + pace.reply(),
        Optional.of(pace.slowedAt()),
        Optional.of(isCoolingDown ? pace.resumesAt() : pace.overAt(policy)));
  }

  /** The row of a relay that cools down, of which no rate is kept. */
  public static PaceRow ofRelay(Pace pace, Instant now) {
    return new PaceRow(
        pace.lane(),
        Limits.Scope.CLUSTER.id(),
        Optional.empty(),
        Optional.of(0.0),
        0,
        0,
        "cooling-down",
        coolingDown(pace, now),
        Optional.of(pace.slowedAt()),
        Optional.of(pace.resumesAt()));
  }

  private static String coolingDown(Pace pace, Instant now) {
    long seconds = Math.max(1, Duration.between(now, pace.resumesAt()).toSeconds());
    return "nothing is sent for "
        + HumanDuration.format(Duration.ofSeconds(seconds))
        + " more after: "
        + pace.reply();
  }

  private static Optional<Double> limited(double rate) {
    return Optional.of(rate).filter(each -> each > 0);
  }
}
