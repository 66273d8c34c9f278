package io.portolan.metrics.policy;

import static io.portolan.metrics.policy.AdvisorTest.DIRECT;
import static io.portolan.metrics.policy.AdvisorTest.IMPLICIT;
import static io.portolan.metrics.policy.AdvisorTest.RELAY;
import static io.portolan.metrics.policy.AdvisorTest.SINCE;
import static io.portolan.metrics.policy.AdvisorTest.advise;
import static io.portolan.metrics.policy.AdvisorTest.blocked25;
import static io.portolan.metrics.policy.AdvisorTest.facts;
import static io.portolan.metrics.policy.AdvisorTest.health;
import static io.portolan.metrics.policy.AdvisorTest.paths;
import static io.portolan.metrics.policy.AdvisorTest.policy;
import static io.portolan.metrics.policy.AdvisorTest.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.metrics.policy.Facts.Health;
import io.portolan.metrics.policy.Facts.Verdict;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;

/** Which paths are taken to get through, by verdicts on ports and by what was opened itself. */
class StandingTest {
  @Example
  void leavesARelayAloneThatIsOpenWhateverTheVerdictOnItsPort() {
    Path smarthost = new Path("smarthost", 25, TlsMode.STARTTLS);
    List<Verdict> blocked = List.of(verdict(25, "port-blocked", ""));
    Facts open = facts(blocked, List.of(health(smarthost, PathState.OPEN, "", true)), Map.of());
    Facts left = facts(blocked, List.of(health(smarthost, PathState.SUSPECT, "", true)), Map.of());

    assertThat(advise(policy(smarthost, RELAY), open).recommendations()).isEmpty();
    assertThat(advise(policy(smarthost, RELAY), blocked25()).recommendations())
        .as("nothing is known of the path itself")
        .isEmpty();
    assertThat(paths(advise(policy(smarthost, RELAY), left))).containsExactly(RELAY, smarthost);
  }

  @Example
  void believesDirectsOwnConnectionsMoreThanTheControlsUnlessSomebodyElseAnswers() {
    List<Health> open = List.of(health(DIRECT, PathState.OPEN, "", true));
    Facts blocked = facts(List.of(verdict(25, "port-blocked", "")), open, Map.of());
    Facts intercepted = facts(List.of(verdict(25, "intercepted", "")), open, Map.of());

    assertThat(advise(policy(DIRECT, RELAY), blocked).recommendations()).isEmpty();
    assertThat(paths(advise(policy(DIRECT, RELAY), intercepted))).containsExactly(RELAY, DIRECT);
  }

  @Example
  void leavesDirectFromAnotherSourceAloneOfWhichTheVerdictSaysNothing() {
    PortPolicy policy =
        new PortPolicy(
            List.of(
                PolicyRule.of(PolicyRule.ANY)
                    .withPaths(
                        PolicyPath.of(DIRECT).withSources("192.0.2.7"), PolicyPath.of(RELAY))));

    assertThat(advise(policy, blocked25()).recommendations()).isEmpty();
    Facts intercepted = facts(List.of(verdict(25, "intercepted", "")), List.of(), Map.of());
    assertThat(paths(advise(policy, intercepted))).containsExactly(RELAY, DIRECT);
  }

  @Example
  void putsNoPathFirstThatWasNeverTriedOnAPortThatIsBlocked() {
    Facts facts =
        facts(
            List.of(verdict(25, "port-blocked", ""), verdict(587, "port-blocked", "")),
            List.of(),
            Map.of());

    assertThat(paths(advise(policy(DIRECT, RELAY), facts)))
        .as("a relay's port that is not blocked")
        .containsExactly(IMPLICIT, DIRECT, RELAY);
  }

  @Example
  void changesNothingWhileNothingLeavesTheHost() {
    Facts facts = facts(List.of(verdict(25, "egress-down", "")), List.of(), Map.of());

    Advice advice = advise(policy(DIRECT, RELAY), facts);

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.hints()).singleElement().asString().contains("this host's network");
  }

  @Example
  void leavesOutWhatNobodyWatchesAnyMore() {
    Facts facts =
        facts(
            List.of(new Verdict("gone", 25, "port-blocked", SINCE, "", true)), List.of(), Map.of());
    Facts both =
        facts(
            List.of(
                verdict(25, "port-blocked", ""), new Verdict("gone", 25, "open", SINCE, "", true)),
            List.of(),
            Map.of());

    Advice advice = advise(policy(DIRECT, RELAY), facts);

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.lookedAt())
        .anySatisfy(line -> assertThat(line).contains("nobody watches it any more"));
    assertThat(paths(advise(policy(DIRECT, RELAY), both))).containsExactly(RELAY, DIRECT);
  }
}
