package io.portolan.metrics.policy;

import static io.portolan.metrics.policy.AdvisorTest.DIRECT;
import static io.portolan.metrics.policy.AdvisorTest.IMPLICIT;
import static io.portolan.metrics.policy.AdvisorTest.RELAY;
import static io.portolan.metrics.policy.AdvisorTest.SES;
import static io.portolan.metrics.policy.AdvisorTest.advise;
import static io.portolan.metrics.policy.AdvisorTest.facts;
import static io.portolan.metrics.policy.AdvisorTest.health;
import static io.portolan.metrics.policy.AdvisorTest.policy;
import static io.portolan.metrics.policy.AdvisorTest.verdict;
import static io.portolan.metrics.policy.AdvisorTest.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.metrics.policy.Facts.Earlier;
import io.portolan.metrics.policy.Facts.Failures;
import io.portolan.metrics.policy.Facts.Health;
import io.portolan.metrics.policy.Facts.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of every recommendation, whatever the facts; those are made from a seed. */
class AdvisorPropertyTest {
  @Property(tries = 500)
  void everyDraftPassesTheCheckAndHasTheSameRows(@ForAll long seed) {
    Random random = new Random(seed);
    PortPolicy policy =
        new PortPolicy(
            List.of(
                PolicyRule.of(PolicyRule.ANY, some(random)),
                PolicyRule.of("gmail", some(random)),
                PolicyRule.of("yahoo")));
    PolicyCheck check =
        new PolicyCheck(
            isp -> true, name -> name.equals("ses") ? Optional.of(SES) : Optional.empty());
    assertThat(check.check(policy).errors()).isEmpty();

    Advice advice = advise(policy, randomFacts(random));

    assertThat(advice.draft().isPresent()).isEqualTo(!advice.recommendations().isEmpty());
    advice
        .draft()
        .ifPresent(
            draft -> {
              assertThat(check.check(draft).errors()).isEmpty();
              assertThat(draft).isNotEqualTo(policy);
              assertThat(draft.rules().stream().map(PolicyRule::isp))
                  .containsExactlyElementsOf(policy.rules().stream().map(PolicyRule::isp).toList());
            });
  }

  @Property(tries = 500)
  void adviceThatWasTakenIsNotGivenAgain(@ForAll long seed) {
    Random random = new Random(seed);
    Facts facts = with(randomFacts(random), new Earlier(1, AdvisorTest.of(DIRECT), false, false));
    Advice advice = advise(policy(some(random)), facts);

    advice.draft().ifPresent(draft -> assertThat(advise(draft, facts).recommendations()).isEmpty());
  }

  private static Path[] some(Random random) {
    List<Path> paths = new ArrayList<>(List.of(DIRECT, RELAY, IMPLICIT));
    Collections.shuffle(paths, random);
    return paths.subList(0, 1 + random.nextInt(paths.size())).toArray(Path[]::new);
  }

  private static Facts randomFacts(Random random) {
    List<String> words =
        List.of(
            "open",
            "port-blocked",
            "tls-stripped",
            "no-listener",
            "ipv6-only",
            "intercepted",
            "rate-limited-egress",
            "egress-down");
    List<Verdict> verdicts = new ArrayList<>();
    List<Health> health = new ArrayList<>();
    for (Path path : List.of(DIRECT, RELAY, IMPLICIT)) {
      if (random.nextBoolean()) {
        verdicts.add(verdict(path.port(), words.get(random.nextInt(words.size())), "words"));
      }
      if (random.nextBoolean()) {
        PathState[] states = PathState.values();
        health.add(
            health(
                path,
                states[random.nextInt(states.length)],
                random.nextBoolean() ? "connect-timeout" : "login-refused",
                random.nextBoolean()));
      }
    }
    return with(
        facts(verdicts, health, Map.of(DIRECT, new Failures(2, 20_000))),
        new Earlier(2, AdvisorTest.of(some(random)), false, random.nextBoolean()));
  }
}
