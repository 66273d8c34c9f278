package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EffectiveRuleTest {
  private static final PolicyPath DIRECT =
      PolicyPath.of(new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC));
  private static final PolicyPath SES = PolicyPath.of(new Path("ses", 587, TlsMode.STARTTLS));
  private static final PolicyPath POSTMARK =
      PolicyPath.of(new Path("postmark", 587, TlsMode.STARTTLS));

  @Test
  void splitsTheMailByTheShares() {
    EffectiveRule rule = rule(DIRECT, SES.withShare(30), POSTMARK.withShare(10));

    assertThat(firstOf(rule, "ses")).isCloseTo(3_000, within(200L));
    assertThat(firstOf(rule, "postmark")).isCloseTo(1_000, within(200L));
    assertThat(firstOf(rule, "direct")).isCloseTo(6_000, within(200L));
  }

  @Test
  void keepsTheOtherPathsAsTheNextOnesToTry() {
    EffectiveRule rule = rule(SES.withShare(100), DIRECT, POSTMARK);

    assertThat(rule.pathsFor(17)).containsExactly(SES.withShare(100), DIRECT, POSTMARK);
    assertThat(rule(SES.withShare(1), DIRECT).pathsFor(17))
        .as("a share is the last to be tried for what does not fall into it")
        .containsExactly(DIRECT, SES.withShare(1));
  }

  @Test
  void keepsADeliveryWhereItWasTriedFirst() {
    EffectiveRule rule = rule(DIRECT, SES.withShare(50));

    assertThat(LongStream.range(0, 100).mapToObj(rule::pathsFor).toList())
        .isEqualTo(LongStream.range(0, 100).mapToObj(rule::pathsFor).toList());
  }

  @Test
  void keepsTheOrderWithoutShares() {
    assertThat(rule(SES, DIRECT).pathsFor(5)).containsExactly(SES, DIRECT);
  }

  private static long firstOf(EffectiveRule rule, String route) {
    return LongStream.range(0, 10_000)
        .filter(delivery -> rule.pathsFor(delivery).getFirst().route().equals(route))
        .count();
  }

  private static EffectiveRule rule(PolicyPath... paths) {
    return new EffectiveRule(
        1, "*", List.of(paths), List.of(), Limits.DEFAULT, Timeouts.DEFAULT, RetrySchedule.DEFAULT);
  }
}
