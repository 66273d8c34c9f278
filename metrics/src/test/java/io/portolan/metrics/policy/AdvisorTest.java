package io.portolan.metrics.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.metrics.policy.Advice.Kind;
import io.portolan.metrics.policy.Facts.Earlier;
import io.portolan.metrics.policy.Facts.Failures;
import io.portolan.metrics.policy.Facts.Health;
import io.portolan.metrics.policy.Facts.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Example;

/** What is recommended for what is the matter. */
class AdvisorTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  static final Instant SINCE = Instant.parse("2026-11-24T09:14:00Z");
  static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);
  static final Path IMPLICIT = new Path("ses", 465, TlsMode.IMPLICIT);
  static final Relay SES =
      new Relay(
          "ses",
          "email-smtp.eu-west-1.amazonaws.com",
          "",
          "",
          List.of(new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT)));

  @Example
  void putsARelayFirstWhereThePortIsBlocked() {
    Facts facts =
        facts(
            List.of(
                verdict(25, "port-blocked", "dropped at 4 of 4 operators, 443 works. Do this.")),
            List.of(),
            Map.of(DIRECT, new Failures(12, 492_000)));

    Advice advice = advise(policy(DIRECT, RELAY), facts);

    assertThat(advice.recommendations()).hasSize(1);
    assertThat(advice.recommendations().getFirst().kind()).isEqualTo(Kind.OPEN_FIRST);
    assertThat(advice.recommendations().getFirst().reason())
        .isEqualTo(
            "port 25 blocked from this network since 2026-11-24 09:14 UTC"
                + " (dropped at 4 of 4 operators, 443 works): put ses:587 first for all ISPs;"
                + " saves 41.0 s at each opening");
    assertThat(paths(advice)).containsExactly(RELAY, DIRECT);
  }

  @Example
  void namesTheRowsThatItChanges() {
    PortPolicy policy =
        new PortPolicy(
            List.of(
                PolicyRule.of(PolicyRule.ANY, RELAY, DIRECT),
                PolicyRule.of("gmail", DIRECT, RELAY),
                PolicyRule.of("yahoo")));

    Advice advice = advise(policy, blocked25());

    assertThat(advice.recommendations())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.rows()).containsExactly("gmail");
              assertThat(one.reason()).contains("in row gmail");
            });
    assertThat(advice.draft().orElseThrow().rule("yahoo")).contains(PolicyRule.of("yahoo"));
  }

  @Example
  void namesARelayThatTheRowHasNotWhereNoPathOfItGetsThrough() {
    Advice advice = advise(policy(DIRECT), blocked25());

    assertThat(advice.recommendations().getFirst().kind()).isEqualTo(Kind.ADD_RELAY);
    assertThat(paths(advice)).containsExactly(RELAY, DIRECT);
  }

  @Example
  void warnsWhereNothingGetsThroughAndNoRelayIsThere() {
    Advice advice =
        new Advisor(policy(DIRECT), List.of(), blocked25(), Advisor.Scope.ALL).advise(3);

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.draft()).isEmpty();
    assertThat(advice.warnings()).singleElement().asString().contains("no path gets through");
  }

  @Example
  void changesNothingWhereTheBlockedPathIsNotFirstAndWarnsOfTheLastOne() {
    Advice advice = advise(policy(RELAY, DIRECT), blocked25());

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.warnings())
        .containsExactly(
            "row *: ses:587 is the only path left that gets through; the next trouble there holds"
                + " its mail");
  }

  @Example
  void leavesAPortAloneThatOneNetworkHasOpen() {
    Facts facts =
        facts(
            List.of(
                verdict(25, "port-blocked", ""),
                new Verdict("elsewhere", 25, "open", SINCE, "", false)),
            List.of(),
            Map.of());

    assertThat(advise(policy(DIRECT, RELAY), facts).recommendations()).isEmpty();
  }

  @Example
  void takesAPathOutThatTheRelayDoesNotListenOn() {
    Facts facts =
        facts(
            List.of(verdict(465, "open", ""), verdict(587, "open", "")),
            List.of(
                health(IMPLICIT, PathState.BLOCKED, "connect-timeout", false),
                health(RELAY, PathState.OPEN, "", true)),
            Map.of());

    Advice advice = advise(policy(IMPLICIT, RELAY), facts);

    assertThat(advice.recommendations().getFirst().kind()).isEqualTo(Kind.TAKE_OUT);
    assertThat(advice.recommendations().getFirst().reason())
        .startsWith("ses:465 never opened (connect-timeout), while port 465 gets through");
    assertThat(paths(advice)).containsExactly(RELAY);
  }

  @Example
  void putsTlsFromTheFirstByteFirstWhereStarttlsIsTakenOut() {
    Facts facts =
        facts(
            List.of(verdict(587, "tls-stripped", "")),
            List.of(health(RELAY, PathState.SUSPECT, "starttls-missing", true)),
            Map.of());

    Advice advice = advise(policy(RELAY, IMPLICIT), facts);

    assertThat(advice.recommendations().getFirst().reason()).contains("put ses:465 first");
    assertThat(paths(advice)).containsExactly(IMPLICIT, RELAY);
  }

  @Example
  void hintsAtTheSettingWhereOnlyIpv6IsStopped() {
    Facts facts = facts(List.of(verdict(25, "ipv6-only", "")), List.of(), Map.of());

    Advice advice = advise(policy(DIRECT, RELAY), facts);

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.hints()).singleElement().asString().contains("dns.families");
  }

  @Example
  void restoresTheOrderOfBeforeOnceThePortIsOpenAgain() {
    Earlier earlier = new Earlier(3, of(DIRECT, RELAY), false, true);
    Facts open = facts(List.of(verdict(25, "open", "")), List.of(), Map.of());

    Advice advice = advise(policy(RELAY, DIRECT), with(open, earlier));

    assertThat(advice.recommendations().getFirst().kind()).isEqualTo(Kind.RESTORE);
    assertThat(advice.recommendations().getFirst().reason())
        .isEqualTo(
            "port 25 open again since 2026-11-24 09:14 UTC: put direct:25 first again, as version 3"
                + " had it, for all ISPs");
    assertThat(paths(advice)).containsExactly(DIRECT, RELAY);
  }

  @Example
  void restoresNothingThatWasChangedForAnotherReasonOrIsOpenForAMoment() {
    Facts open = facts(List.of(verdict(25, "open", "")), List.of(), Map.of());
    Facts justNow =
        facts(
            List.of(new Verdict("office", 25, "open", NOW.minusSeconds(60), "", false)),
            List.of(),
            Map.of());

    assertThat(
            advise(
                    policy(RELAY, DIRECT),
                    with(open, new Earlier(3, of(DIRECT, RELAY), false, false)))
                .recommendations())
        .isEmpty();
    assertThat(
            advise(
                    policy(RELAY, DIRECT),
                    with(justNow, new Earlier(3, of(DIRECT, RELAY), false, true)))
                .recommendations())
        .isEmpty();
  }

  @Example
  void movesARelaysPathThatIsBlockedForLong() {
    Facts facts =
        facts(
            List.of(),
            List.of(health(RELAY, PathState.BLOCKED, "connect-timeout", true)),
            Map.of());

    assertThat(paths(advise(policy(RELAY, DIRECT), facts))).containsExactly(DIRECT, RELAY);
  }

  @Example
  void limitsSessionsWhereTheNetworkHoldsThemDown() {
    Facts held = facts(List.of(verdict(25, "rate-limited-egress", "")), List.of(), Map.of());
    Facts measured =
        new Facts(
            NOW, held.verdicts(), List.of(), Map.of(), Map.of(25, new Facts.Calm(60, 4)), Map.of());

    assertThat(advise(policy(DIRECT, RELAY), measured).recommendations())
        .singleElement()
        .satisfies(one -> assertThat(one.kind()).isEqualTo(Kind.LIMIT))
        .satisfies(one -> assertThat(one.reason()).contains("open 15 sessions a minute"));
    assertThat(
            advise(policy(DIRECT), held)
                .draft()
                .orElseThrow()
                .ruleFor(1, "gmail", "gmail")
                .limits()
                .connectionsPerMinute())
        .isEqualTo(5);
    assertThat(advise(policy(RELAY, DIRECT), held).recommendations()).isEmpty();
  }

  @Example
  void takesNoPathOutThatAnswersAndRefuses() {
    Facts facts =
        facts(
            List.of(verdict(465, "open", ""), verdict(587, "open", "")),
            List.of(
                health(IMPLICIT, PathState.BLOCKED, "tls-name", false),
                health(RELAY, PathState.OPEN, "", true)),
            Map.of());

    assertThat(advise(policy(RELAY, IMPLICIT), facts).recommendations()).isEmpty();
  }

  @Example
  void leavesToPeopleWhatCanNotBeTakenBack() {
    Advisor.Scope alone = new Advisor.Scope(_ -> true, true);
    Facts missing =
        facts(
            List.of(verdict(465, "open", "")),
            List.of(
                health(IMPLICIT, PathState.BLOCKED, "connect-timeout", false),
                health(RELAY, PathState.OPEN, "", true)),
            Map.of());
    Facts held = facts(List.of(verdict(25, "rate-limited-egress", "")), List.of(), Map.of());

    Advice out = new Advisor(policy(RELAY, IMPLICIT), List.of(SES), missing, alone).advise(3);
    Advice limit = new Advisor(policy(DIRECT, RELAY), List.of(SES), held, alone).advise(3);

    assertThat(out.recommendations()).as("taking a path out").isEmpty();
    assertThat(limit.recommendations()).as("a limit").isEmpty();
  }

  @Example
  void changesNoLimitThatThereIsAndNoneWhereOneNetworkLetsMailThrough() {
    Facts held = facts(List.of(verdict(25, "rate-limited-egress", "")), List.of(), Map.of());
    PortPolicy limited =
        new PortPolicy(
            List.of(
                PolicyRule.of(PolicyRule.ANY, DIRECT).withLimits(perMinute(4)),
                PolicyRule.of("yahoo").withLimits(perMinute(500))));
    Facts elsewhere =
        facts(
            List.of(
                verdict(25, "rate-limited-egress", ""),
                new Verdict("elsewhere", 25, "open", SINCE, "", false)),
            List.of(),
            Map.of());

    Advice advice = advise(limited, held);

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.warnings())
        .singleElement()
        .asString()
        .startsWith("row yahoo: port 25 held down")
        .contains("lets more through than the 5 a minute");
    assertThat(advise(policy(DIRECT), elsewhere).recommendations()).isEmpty();
  }

  private static PolicyRule.LimitsPart perMinute(int sessions) {
    return new PolicyRule.LimitsPart(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(sessions));
  }

  @Example
  void restoresNothingBeforeTheRelaysOwnPathIsOpenForLong() {
    Earlier earlier = new Earlier(3, of(RELAY, DIRECT), true, true);
    List<Verdict> open = List.of(verdict(587, "open", ""));
    Facts left = facts(open, List.of(health(RELAY, PathState.SUSPECT, "", true)), Map.of());
    Facts opened = facts(open, List.of(health(RELAY, PathState.OPEN, "", true)), Map.of());

    assertThat(advise(policy(DIRECT, RELAY), with(left, earlier)).recommendations()).isEmpty();
    assertThat(paths(advise(policy(DIRECT, RELAY), with(opened, earlier))))
        .containsExactly(RELAY, DIRECT);
  }

  @Example
  void saysWhatWasLookedAtWhenThereIsNothingToRecommend() {
    Advice advice = advise(policy(DIRECT, RELAY), facts(List.of(), List.of(), Map.of()));

    assertThat(advice.recommendations()).isEmpty();
    assertThat(advice.draft()).isEmpty();
    assertThat(advice.lookedAt())
        .contains("verdicts on ports: none yet", "health of 0 paths, 0 of them not open");
  }

  static Facts with(Facts facts, Earlier earlier) {
    return new Facts(
        facts.now(),
        facts.verdicts(),
        facts.health(),
        facts.failures(),
        facts.calm(),
        Map.of(PolicyRule.ANY, earlier));
  }

  static Facts blocked25() {
    return facts(List.of(verdict(25, "port-blocked", "")), List.of(), Map.of());
  }

  static Facts facts(List<Verdict> verdicts, List<Health> health, Map<Path, Failures> failures) {
    return new Facts(NOW, verdicts, health, failures, Map.of(), Map.of());
  }

  static Verdict verdict(int port, String verdict, String words) {
    return new Verdict("office", port, verdict, SINCE, words, false);
  }

  static Health health(Path path, PathState state, String evidence, boolean wasOpen) {
    return new Health(
        "office",
        new HealthKey(path, ""),
        state,
        NOW.minus(Duration.ofMinutes(30)),
        evidence,
        wasOpen);
  }

  static Advice advise(PortPolicy policy, Facts facts) {
    return new Advisor(policy, List.of(SES), facts, Advisor.Scope.ALL).advise(3);
  }

  static PortPolicy policy(Path... paths) {
    return new PortPolicy(List.of(PolicyRule.of(PolicyRule.ANY, paths)));
  }

  static List<Path> paths(Advice advice) {
    return advice.draft().orElseThrow().rules().getFirst().paths().stream()
        .map(PolicyPath::path)
        .toList();
  }

  static List<PolicyPath> of(Path... paths) {
    return Stream.of(paths).map(PolicyPath::of).toList();
  }
}
