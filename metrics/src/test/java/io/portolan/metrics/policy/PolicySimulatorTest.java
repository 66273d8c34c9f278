package io.portolan.metrics.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.metrics.policy.Simulation.PathRow;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A morning on which port 25 is blocked from 09:14 on, and mail to gmail goes on over a relay. */
class PolicySimulatorTest {
  private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);
  private static final Path OTHER_RELAY = new Path("brevo", 2525, TlsMode.STARTTLS);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private PolicySimulator simulator;

  @BeforeEach
  void record() {
    simulator = new PolicySimulator(database.database());
    transition(Duration.ofMinutes(-30), DIRECT, "gmail", "open");
    transition(Duration.ofMinutes(-30), RELAY, "", "open");
    for (int minute = 0; minute < 14; minute++) {
      result(minute, DIRECT, "accepted", 600);
    }
    result(14, DIRECT, "path-failure", 6);
    transition(Duration.ofMinutes(14), DIRECT, "gmail", "blocked");
    failure(14, DIRECT, 10_000);
    for (int minute = 14; minute < 30; minute++) {
      result(minute, RELAY, "accepted", 540);
      result(minute, RELAY, "deferred", 60);
    }
    result(19, DIRECT, "path-failure", 1);
    failure(19, DIRECT, 10_000);
    attempt(RELAY, 200, 100);
    attempt(RELAY, 0, 100);
  }

  @Test
  void repeatsWhatWasRecordedUnderThePolicyThatWasInForce() {
    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT, RELAY));

    assertThat(simulation.paths())
        .allSatisfy(row -> assertThat(row.active()).isEqualTo(row.draft()))
        .allSatisfy(
            row -> assertThat(row.active().deliveries()).isEqualTo(row.recorded().deliveries()))
        .allSatisfy(
            row ->
                assertThat(row.active().pathFailures()).isEqualTo(row.recorded().pathFailures()));
    assertThat(simulation.active()).isEqualTo(simulation.draft());
    assertThat(simulation.active().deliveries()).isEqualTo(14 * 600 + 16 * 540);
    assertThat(simulation.active().pathFailures()).isEqualTo(7);
    assertThat(simulation.active().failureMillis()).isEqualTo(70_000);
    assertThat(simulation.known().getFirst()).contains("7 path failures");
  }

  @Test
  void avoidsTheFailuresOfAPathThatTheDraftPutsLast() {
    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(RELAY, DIRECT));

    PathRow direct = row(simulation, DIRECT);
    assertThat(direct.avoidedFailures()).isEqualTo(7);
    assertThat(direct.addedFailures()).isZero();
    assertThat(direct.draft().deliveries()).isZero();
    assertThat(row(simulation, RELAY).draft().deliveries()).isEqualTo(14 * 600 + 16 * 540);
    assertThat(simulation.draft().failureMillis()).isZero();
  }

  @Test
  void holdsMailWhileNoPathOfTheDraftWasOpen() {
    transition(Duration.ofMinutes(25), DIRECT, "gmail", "open");

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT));

    assertThat(simulation.draft().held()).as("from 09:14 to 09:24").isEqualTo(11 * 540);
    assertThat(simulation.draft().unsent()).isZero();
    assertThat(simulation.draft().deliveries()).isEqualTo(simulation.active().deliveries());
    assertThat(simulation.assumed()).anySatisfy(line -> assertThat(line).contains("Held mail"));
  }

  @Test
  void countsHeldMailAsLoadOfNoMinute() {
    result(15, DIRECT, "accepted", 6_000);
    transition(Duration.ofMinutes(25), DIRECT, "gmail", "open");

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT));

    assertThat(simulation.platforms().getFirst().active().peakPerSecond()).isEqualTo(110);
    assertThat(simulation.platforms().getFirst().draft().peakPerSecond())
        .as("as before 09:14")
        .isEqualTo(10);
    assertThat(simulation.draft().tries()).isEqualTo(simulation.active().tries());
  }

  @Test
  void leavesUnsentWhatNoPathOpensFor() {
    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT));

    assertThat(simulation.draft().unsent()).isEqualTo(16 * 540);
    assertThat(simulation.draft().deliveries()).isEqualTo(14 * 600);
  }

  @Test
  void holdsTheLoadAgainstTheLimitsOfThePlatformsRow() {
    PolicyRule slow =
        PolicyRule.of(PolicyRule.ANY, RELAY)
            .withLimits(
                new PolicyRule.LimitsPart(Optional.of(2), Optional.of(100), Optional.of(5.0)));

    Simulation simulation = simulate(policy(DIRECT, RELAY), new PortPolicy(List.of(slow)));

    Simulation.Load load = simulation.platforms().getFirst().draft();
    assertThat(load.peakPerSecond()).isEqualTo(10);
    assertThat(load.limitPerSecond()).isEqualTo(5);
    assertThat(load.peakConnections()).as("10/s of 200 ms, opening included").isEqualTo(2);
    assertThat(load.isWithin()).contains(false);
    assertThat(load.expectedMillis()).as("18,000 messages at 5/s").isEqualTo(3_600_000);
    assertThat(simulation.platforms().getFirst().active().isWithin()).contains(true);
  }

  @Test
  void saysWhichPathsWereNeverTried() {
    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(OTHER_RELAY));

    assertThat(row(simulation, OTHER_RELAY).isHealthKnown()).isFalse();
    assertThat(row(simulation, OTHER_RELAY).draft().deliveries()).isEqualTo(14 * 600 + 16 * 540);
    assertThat(simulation.assumed()).anySatisfy(line -> assertThat(line).contains("brevo:2525"));
  }

  @Test
  void countsOneFailureForAPathThatClosesUnderMailThatWentElsewhere() {
    transition(Duration.ofMinutes(20), RELAY, "", "blocked");
    transition(Duration.ofMinutes(21), RELAY, "", "open");
    transition(Duration.ofMinutes(5), OTHER_RELAY, "", "suspect");
    transition(Duration.ofMinutes(6), OTHER_RELAY, "", "open");

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(OTHER_RELAY, RELAY));

    assertThat(row(simulation, OTHER_RELAY).addedFailures()).isEqualTo(1);
    assertThat(simulation.draft().failureMillis()).as("a connect timeout").isEqualTo(10_000);
  }

  @Test
  void takesAVerdictOnAPortForPathsOfWhichNothingElseIsRecorded() {
    verdict("net", 2525, "port-blocked", 15);

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(OTHER_RELAY));

    assertThat(row(simulation, OTHER_RELAY).draft().deliveries()).isEqualTo(14 * 600 + 540);
    assertThat(simulation.draft().unsent()).isEqualTo(15 * 540);
  }

  @Test
  void holdsNoMailOnAPathThatWasOpenWhateverTheVerdictOnItsPort() {
    verdict("net", 587, "port-blocked", 15);

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(RELAY));

    assertThat(simulation.draft().held()).isZero();
    assertThat(row(simulation, RELAY).draft().deliveries()).isEqualTo(14 * 600 + 16 * 540);
  }

  @Test
  void takesAVerdictForDirectUnlessItsOwnConnectionsCameAbout() {
    transition(Duration.ofMinutes(20), DIRECT, "gmail", "unknown");
    verdict("net", 25, "port-blocked", 10);

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT));

    assertThat(simulation.draft().deliveries())
        .as("open until 09:14, then blocked by its own failures, then by the verdict alone")
        .isEqualTo(14 * 600);
  }

  @Test
  void leavesOutNetworksThatNobodyWatchedAnyMore() {
    verdict("gone", 25, "open", -600);
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('gone', 25, 'open', ?, '', 'open', 2, ?, ?, 'b')
        """,
        at(-600),
        at(-600),
        at(-570));

    Simulation simulation = simulate(policy(DIRECT, RELAY), policy(DIRECT));

    assertThat(simulation.draft().unsent()).as("blocked here").isEqualTo(16 * 540);
  }

  private static Object at(int minute) {
    return NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC);
  }

  private void verdict(String network, int port, String verdict, int minute) {
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (?, ?, ?, 'open', ?, '', '[]', 'a')
        """,
        at(minute),
        network,
        port,
        verdict);
  }

  @Test
  void refusesASpanThatIsNone() {
    assertThatThrownBy(
            () -> simulator.simulate(1, policy(DIRECT), policy(DIRECT), NINE, NINE.plusSeconds(59)))
        .isInstanceOf(InvalidException.class);
    assertThatThrownBy(
            () ->
                simulator.simulate(
                    1, policy(DIRECT), policy(DIRECT), NINE, NINE.plus(Duration.ofDays(93))))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void saysWhenNothingWasRecorded() {
    Simulation simulation =
        simulator.simulate(
            1,
            policy(DIRECT),
            policy(RELAY),
            NINE.minus(Duration.ofDays(9)),
            NINE.minus(Duration.ofDays(8)));

    assertThat(simulation.paths()).isEmpty();
    assertThat(simulation.known().getFirst()).isEqualTo("No mail was recorded in this span.");
  }

  private Simulation simulate(PortPolicy active, PortPolicy draft) {
    return simulator.simulate(1, active, draft, NINE, NINE.plus(Duration.ofHours(1)));
  }

  private static PortPolicy policy(Path... paths) {
    return new PortPolicy(List.of(PolicyRule.of(PolicyRule.ANY, paths)));
  }

  private static PathRow row(Simulation simulation, Path path) {
    return simulation.paths().stream()
        .filter(row -> row.route().equals(path.route()) && row.port() == path.port())
        .findFirst()
        .orElseThrow();
  }

  private void transition(Duration after, Path path, String target, String state) {
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES (?, 'net', ?, ?, ?, ?, 'unknown', ?, 'mail', '', '', 'a')
        """,
        NINE.plus(after).plusSeconds(20).atOffset(ZoneOffset.UTC),
        path.route(),
        target,
        path.port(),
        path.tls().id(),
        state);
  }

  private void result(int minute, Path path, String outcome, long count) {
    database.execute(
        "INSERT INTO result_rollup VALUES (?, 1, 'gmail', 'gmail', ?, ?, ?, ?, '', ?)",
        NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC),
        path.route(),
        path.port(),
        path.tls().id(),
        outcome,
        count);
  }

  private void failure(int minute, Path path, int millis) {
    database.execute(
        """
        INSERT INTO path_failure VALUES (?, 1, 1, ?, ?, 'gmail', 'gmail', ?, ?, '', 'CONNECT', 'connect-timeout', '')
        """,
        NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC),
        path.port(),
        millis,
        path.route(),
        path.tls().id());
  }

  private void attempt(Path path, int openMillis, int exchangeMillis) {
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome)
        VALUES (?, 1, 1, 1, 1, 1, 1, ?, ?, ?, 'gmail', 'gmail', '*', '', ?, ?, '', '', 'DOT', 'accepted')
        """,
        NINE.plus(Duration.ofMinutes(15)).atOffset(ZoneOffset.UTC),
        path.port(),
        openMillis,
        exchangeMillis,
        path.route(),
        path.tls().id());
  }
}
