package io.portolan.core.policy;

import io.portolan.core.policy.PolicyRule.RetryPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The policy to start with: direct for everybody, within the limits of the built-in guidance.
 *
 * <p>Where an ISP requires TLS its row does; where its first retry is known, the default's longer
 * delays follow it.
 */
public final class PolicySeed {
  private static final int DIRECT_PORT = 25;

  private PolicySeed() {}

  public static PortPolicy policy() {
    return new PortPolicy(IspGuidance.builtIn().stream().map(PolicySeed::rule).toList());
  }

  private static PolicyRule rule(IspGuidance guidance) {
    boolean isDefault = guidance.isp().equals(PolicyRule.ANY);
    PolicyRule rule =
        isDefault || guidance.requiresTls()
            ? PolicyRule.of(
                guidance.isp(),
                new Path(
                    Path.DIRECT,
                    DIRECT_PORT,
                    guidance.requiresTls() ? TlsMode.STARTTLS : TlsMode.OPPORTUNISTIC))
            : PolicyRule.of(guidance.isp());
    RetryPart retry =
        isDefault
            ? new RetryPart(
                RetrySchedule.DEFAULT.delays(), Optional.of(RetrySchedule.DEFAULT.lifetime()))
            : guidance.firstRetry().map(PolicySeed::retryFrom).orElse(RetryPart.INHERITED);
    return rule.withLimits(guidance.limits()).withRetry(retry).withNote(guidance.source());
  }

  private static RetryPart retryFrom(Duration first) {
    List<Duration> delays = RetrySchedule.DEFAULT.delays();
    if (first.equals(delays.getFirst())) {
      return RetryPart.INHERITED;
    }
    return new RetryPart(
        Stream.concat(Stream.of(first), delays.stream().filter(delay -> delay.compareTo(first) > 0))
            .toList(),
        Optional.empty());
  }
}
