package io.portolan.metrics.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.metrics.policy.Advice.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Advice from what is stored of ports, paths and policies. */
class PolicyAdvisorTest {
  private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);
  private static final Path IMPLICIT = new Path("ses", 465, TlsMode.IMPLICIT);
  private static final Relay SES =
      new Relay(
          "ses",
          "email-smtp.eu-west-1.amazonaws.com",
          "",
          "",
          List.of(new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT)));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private Instant now = NINE;
  private PolicyCheck check;
  private PolicyStore policies;
  private PolicyAdvisor advisor;

  @BeforeEach
  void build() {
    InstantSource clock = () -> now;
    check =
        new PolicyCheck(isp -> true, name -> Optional.of(SES).filter(ses -> name.equals("ses")));
    policies = new PolicyStore(database.database(), clock);
    advisor = new PolicyAdvisor(database.database(), policies, () -> List.of(SES), clock);
  }

  @Test
  void advisesNobodyWithoutAPolicy() {
    assertThatThrownBy(advisor::advise).isInstanceOf(ConflictException.class);
  }

  @Test
  void measuresWhatAChangeSaves() {
    activate("ada", DIRECT, RELAY);
    verdict(25, "open", "port-blocked", 14);
    failure(13, 10_000);
    failure(14, 20_000);
    now = NINE.plus(Duration.ofDays(3));

    Advice advice = advisor.advise();

    assertThat(advice.activeVersion()).isEqualTo(1);
    assertThat(advice.recommendations().getFirst().savedMillis()).contains(15_000L);
    assertThat(advice.note()).contains("saves 15.0 s at each opening");
  }

  @Test
  void restoresAnOrderThatWasChangedWhileThePortWasShut() {
    activate("ada", DIRECT, RELAY);
    now = NINE.plus(Duration.ofMinutes(20));
    verdict(25, "open", "port-blocked", 14);
    activate("ada", RELAY, DIRECT);
    assertThat(advisor.advise().recommendations()).as("while it is shut").isEmpty();

    verdict(25, "port-blocked", "open", 60);
    now = NINE.plus(Duration.ofMinutes(65));
    assertThat(advisor.advise().recommendations()).as("open for five minutes").isEmpty();
    now = NINE.plus(Duration.ofMinutes(70));
    Advice advice = advisor.advise();

    assertThat(advice.recommendations().getFirst().kind()).isEqualTo(Kind.RESTORE);
    assertThat(advice.recommendations().getFirst().reason()).contains("as version 1 had it");
    assertThat(advice.draft()).contains(policy(DIRECT, RELAY));
    activate("ada", DIRECT, RELAY);
    assertThat(advisor.advise().recommendations()).isEmpty();
  }

  @Test
  void restoresNoOrderThatWasChangedWhileThePortWasOpen() {
    activate("ada", DIRECT, RELAY);
    now = NINE.plus(Duration.ofMinutes(5));
    activate("ada", RELAY, DIRECT);
    verdict(25, "open", "port-blocked", 14);
    verdict(25, "port-blocked", "open", 60);
    now = NINE.plus(Duration.ofMinutes(90));

    assertThat(advisor.advise().recommendations()).isEmpty();
  }

  @Test
  void takesOutAPortThatTheRelayNeverAnsweredOn() {
    activate("ada", IMPLICIT, RELAY);
    verdict(465, "unknown", "open", 0);
    health(IMPLICIT, "blocked", 5);
    health(RELAY, "open", 5);
    now = NINE.plus(Duration.ofMinutes(30));

    assertThat(advisor.advise().draft()).contains(policy(RELAY));

    transition(IMPLICIT, "open");
    assertThat(advisor.advise().draft()).as("it answered once").contains(policy(RELAY, IMPLICIT));
  }

  @Test
  void limitsSessionsToWhatTheNetworkLetsThrough() {
    activate("ada", DIRECT, RELAY);
    verdict(25, "open", "rate-limited-egress", 14);
    now = NINE.plus(Duration.ofMinutes(30));

    Advice advice = advisor.advise();

    assertThat(advice.hints()).singleElement().asString().contains("port 25 held down");
    assertThat(advice.recommendations())
        .singleElement()
        .satisfies(one -> assertThat(one.kind()).isEqualTo(Kind.LIMIT));
  }

  @Test
  void leavesOutWhatIsKnownOfNetworksThatNobodyWatchesAnyMore() {
    activate("ada", DIRECT, RELAY);
    verdict(25, "open", "port-blocked", 14);
    elsewhere(25, "open", "30 minutes");
    health("elsewhere", DIRECT, "open", 5);
    now = NINE.plus(Duration.ofHours(2));
    assertThat(advisor.advise().recommendations()).as("it is open elsewhere").isEmpty();

    now = NINE.plus(Duration.ofHours(3));
    Advice advice = advisor.advise();

    assertThat(advice.draft()).contains(policy(RELAY, DIRECT));
    assertThat(advice.lookedAt()).anySatisfy(line -> assertThat(line).contains("left out"));
  }

  @Test
  void tellsSourcesApart() {
    activate("ada", DIRECT, RELAY);
    verdict(25, "open", "port-blocked", 14);
    health("office", DIRECT.from("192.0.2.7"), "open", 5);
    now = NINE.plus(Duration.ofMinutes(30));

    assertThat(advisor.advise().draft()).contains(policy(RELAY, DIRECT));
  }

  @Test
  void measuresSessionsAndPlatformsInOneMinute() {
    activate("ada", DIRECT, RELAY);
    verdict(25, "open", "rate-limited-egress", 14);
    for (int session = 0; session < 12; session++) {
      attempt(15, "gmail");
    }
    for (String platform : List.of("gmail", "yahoo", "gmx", "orange")) {
      attempt(16, platform);
    }
    now = NINE.plus(Duration.ofMinutes(30));

    assertThat(
            advisor
                .advise()
                .draft()
                .orElseThrow()
                .ruleFor(1, "gmail", "gmail")
                .limits()
                .connectionsPerMinute())
        .as("twelve to one, and not over the four platforms of another minute")
        .isEqualTo(12);
  }

  private void attempt(int minute, String platform) {
    database.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome)
        VALUES (?, 1, 1, 1, 1, 1, 1, 25, 100, 100, ?, ?, '*', '', 'direct', 'opportunistic', '', '', 'DOT', 'accepted')
        """,
        at(minute),
        platform,
        platform);
  }

  private void elsewhere(int port, String verdict, String nextLook) {
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('elsewhere', ?, ?, ?, '', ?, 2, ?, ?::timestamptz + ?::interval, 'b')
        """,
        port,
        verdict,
        at(0),
        verdict,
        at(0),
        at(0),
        nextLook);
  }

  private void activate(String author, Path... paths) {
    int version = policies.append(policy(paths), check, author, "").version();
    policies.activate(version, check, author, "");
  }

  private static PortPolicy policy(Path... paths) {
    return new PortPolicy(List.of(PolicyRule.of(PolicyRule.ANY, paths)));
  }

  private static Object at(int minute) {
    return NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC);
  }

  private void verdict(int port, String from, String to, int minute) {
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (?, 'office', ?, ?, ?, '', '[]', 'a')
        """,
        at(minute),
        port,
        from,
        to);
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('office', ?, ?, ?, '', ?, 2, now(), 'infinity', 'a')
        ON CONFLICT (network, port) DO UPDATE SET verdict = excluded.verdict, since = excluded.since
        """,
        port,
        to,
        at(minute),
        to);
  }

  private void health(Path path, String state, int minute) {
    health("office", path, state, minute);
  }

  private void health(String network, Path path, String state, int minute) {
    database.execute(
        """
        INSERT INTO path_health (network, source, route, target, port, tls, state, since, until, strikes, good_looks, host, evidence, node)
        VALUES (?, ?, ?, '', ?, ?, ?, ?, 'infinity', 1, 0, '', 'connect-timeout', 'a')
        """,
        network,
        path.source(),
        path.route(),
        path.port(),
        path.tls().id(),
        state,
        at(minute));
  }

  private void transition(Path path, String state) {
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES (?, 'office', ?, '', ?, ?, 'unknown', ?, 'mail', '', '', 'a')
        """,
        at(0),
        path.route(),
        path.port(),
        path.tls().id(),
        state);
  }

  private void failure(int minute, int millis) {
    database.execute(
        """
        INSERT INTO path_failure VALUES
            (?, 1, 1, 25, ?, 'gmail', 'gmail', 'direct', 'opportunistic', '', 'CONNECT', 'connect-timeout', '')
        """,
        at(minute),
        millis);
  }
}
