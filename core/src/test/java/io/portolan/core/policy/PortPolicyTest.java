package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortPolicyTest {
  private static final Path DIRECT = new Path("direct", 25, TlsMode.OPPORTUNISTIC);
  private static final Path SES = new Path("ses", 587, TlsMode.STARTTLS);

  @Test
  void takesTheIspsRowThenThePlatformsThenTheDefaultRow() {
    PortPolicy policy =
        new PortPolicy(
            List.of(
                PolicyRule.of("*", DIRECT),
                PolicyRule.of("yahoo", SES),
                PolicyRule.of("aol", DIRECT)));

    assertThat(policy.ruleFor(1, "aol", "yahoo").rule()).isEqualTo("aol");
    assertThat(policy.ruleFor(1, "sky", "yahoo").rule()).isEqualTo("yahoo");
    assertThat(policy.ruleFor(1, "gmail", "gmail").rule()).isEqualTo("*");
  }

  @Test
  void inheritsEachValueForItself() {
    PortPolicy policy =
        new PortPolicy(
            List.of(
                PolicyRule.of("*", DIRECT)
                    .withLimits(limits(10, 100, 5.0))
                    .withTimeouts(dot(Duration.ofMinutes(20)))
                    .withRetry(
                        new RetryPart(
                            List.of(Duration.ofMinutes(15)), Optional.of(Duration.ofDays(4)))),
                PolicyRule.of("yahoo", SES)
                    .withLimits(
                        new LimitsPart(Optional.empty(), Optional.of(20), Optional.empty())),
                PolicyRule.of("aol")
                    .withLimits(new LimitsPart(Optional.of(2), Optional.empty(), Optional.empty()))
                    .withRetry(new RetryPart(List.of(Duration.ofHours(2)), Optional.empty()))));

    EffectiveRule rule = policy.ruleFor(7, "aol", "yahoo");

    assertThat(rule)
        .isEqualTo(
            EffectiveRule.of(
                7,
                "aol",
                List.of(SES),
                new Limits(2, 20, 5.0),
                new Timeouts(
                    Timeouts.DEFAULT.connect(),
                    Timeouts.DEFAULT.tls(),
                    Timeouts.DEFAULT.greeting(),
                    Timeouts.DEFAULT.command(),
                    Timeouts.DEFAULT.data(),
                    Duration.ofMinutes(20)),
                new RetrySchedule(List.of(Duration.ofHours(2)), Duration.ofDays(4))));
  }

  @Test
  void fillsWhatNoRowStatesWithTheDefaults() {
    EffectiveRule rule =
        new PortPolicy(List.of(PolicyRule.of("*", DIRECT))).ruleFor(1, "gmail", "gmail");

    assertThat(rule.limits()).isEqualTo(Limits.DEFAULT);
    assertThat(rule.timeouts()).isEqualTo(Timeouts.DEFAULT);
    assertThat(rule.retry()).isEqualTo(RetrySchedule.DEFAULT);
  }

  @Test
  void hasNoRuleWithoutADefaultRow() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new PortPolicy(List.of(PolicyRule.of("yahoo", SES))).ruleFor(1, "gmail", "gmail"));
  }

  static LimitsPart limits(int connections, int messagesPerConnection, double messagesPerSecond) {
    return new LimitsPart(
        Optional.of(connections),
        Optional.of(messagesPerConnection),
        Optional.of(messagesPerSecond));
  }

  static TimeoutsPart dot(Duration dot) {
    return new TimeoutsPart(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(dot));
  }
}
