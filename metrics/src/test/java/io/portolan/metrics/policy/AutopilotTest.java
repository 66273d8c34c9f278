package io.portolan.metrics.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyActivation;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The row gmail is on autopilot, the row * is not; port 25 is blocked and opens again. */
class AutopilotTest {
  private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);
  private static final Relay SES =
      new Relay(
          "ses",
          "email-smtp.eu-west-1.amazonaws.com",
          "",
          "",
          List.of(new RelayPort(587, TlsMode.STARTTLS)));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private Instant now = NINE;
  private PolicyCheck check;
  private PolicyStore policies;
  private Autopilot autopilot;

  @BeforeEach
  void build() {
    InstantSource clock = () -> now;
    check =
        new PolicyCheck(isp -> true, name -> Optional.of(SES).filter(ses -> name.equals("ses")));
    policies = new PolicyStore(database.database(), clock);
    autopilot = autopilot(clock);
    activate(DIRECT, RELAY);
  }

  @Test
  void activatesWhatIsRecommendedForItsRowsAndGoesBack() {
    verdict("open", "port-blocked", 14);
    look(20);

    assertThat(latest().author()).isEqualTo("autopilot");
    assertThat(latest().note()).contains("port 25 blocked", "put ses:587 first in row gmail");
    assertThat(gmail()).containsExactly(RELAY, DIRECT);
    assertThat(paths(PolicyRule.ANY)).as("is not on autopilot").containsExactly(DIRECT, RELAY);
    look(40);
    assertThat(latest().version()).as("nothing more to do").isEqualTo(2);

    verdict("port-blocked", "open", 60);
    look(75);
    assertThat(latest().author()).isEqualTo("autopilot");
    assertThat(latest().note()).contains("port 25 open again");
    assertThat(gmail()).containsExactly(DIRECT, RELAY);
  }

  private Autopilot autopilot(InstantSource clock) {
    return new Autopilot(
        database.database(),
        new PolicyAdvisor(database.database(), policies, () -> List.of(SES), clock),
        policies,
        check,
        clock);
  }

  @Test
  void looksOnOneNodeAndOnlyAfterSomethingChanged() {
    Autopilot other = autopilot(() -> now);
    now = NINE.plus(Duration.ofMinutes(1));
    assertThat(autopilot.look()).as("a policy was activated").isTrue();
    assertThat(other.look()).as("another node has looked").isFalse();

    now = NINE.plus(Duration.ofMinutes(10));
    assertThat(other.look()).as("what is new may be steady by now").isTrue();
    now = NINE.plus(Duration.ofMinutes(40));
    assertThat(autopilot.look()).as("nothing has changed for half an hour").isFalse();
    verdict("open", "port-blocked", 41);
    now = NINE.plus(Duration.ofMinutes(42));
    assertThat(autopilot.look()).as("a verdict has").isTrue();
    now = NINE.plus(Duration.ofHours(3));
    assertThat(autopilot.look()).as("an hour has passed").isTrue();
  }

  @Test
  void leavesToAPersonWhatThePersonTookBackHoweverMuchWasActivatedSince() {
    verdict("open", "port-blocked", 14);
    look(20);
    now = NINE.plus(Duration.ofMinutes(25));
    activate(DIRECT, RELAY);
    for (int i = 0; i < 25; i++) {
      int version = latest().version();
      policies.activate(version, check, "ada", "");
    }

    look(40);

    assertThat(latest().author()).isEqualTo("ada");
    assertThat(gmail()).containsExactly(DIRECT, RELAY);
  }

  @Test
  void changesARowOnceInTenMinutes() {
    verdict("open", "port-blocked", 14);
    look(20);
    verdict("port-blocked", "open", 60);
    look(75);
    verdict("open", "port-blocked", 76);

    look(84);
    assertThat(latest().version()).isEqualTo(3);
    look(86);
    assertThat(latest().version()).isEqualTo(4);
    assertThat(gmail()).containsExactly(RELAY, DIRECT);
  }

  @Test
  void leavesToAPersonWhatThePersonTookBackUntilNewTroubleBegins() {
    verdict("open", "port-blocked", 14);
    look(20);
    now = NINE.plus(Duration.ofMinutes(25));
    activate(DIRECT, RELAY);

    look(40);
    assertThat(latest().author()).isEqualTo("ada");

    verdict("port-blocked", "open", 50);
    verdict("open", "port-blocked", 90);
    look(95);
    assertThat(latest().author()).isEqualTo("autopilot");
    assertThat(gmail()).containsExactly(RELAY, DIRECT);
  }

  @Test
  void forgetsNoPersonAndHeedsNoneWhoDidSomethingElse() {
    verdict("open", "port-blocked", 14);
    look(20);
    now = NINE.plus(Duration.ofMinutes(25));
    activate(DIRECT, RELAY);
    verdict("port-blocked", "open", 50);
    verdict("open", "port-blocked", 90);
    now = NINE.plus(Duration.ofMinutes(92));
    policies.activate(latest().version(), check, "ada", "for another row");

    look(100);

    assertThat(latest().author()).isEqualTo("autopilot");
    assertThat(gmail()).containsExactly(RELAY, DIRECT);
  }

  @Test
  void restoresNothingOnceAPersonActivatedAnything() {
    verdict("open", "port-blocked", 14);
    look(20);
    now = NINE.plus(Duration.ofMinutes(25));
    activate(RELAY, DIRECT);

    verdict("port-blocked", "open", 60);
    look(90);

    assertThat(latest().author()).isEqualTo("ada");
  }

  @Test
  void namesNoRelayThatTheRowDoesNotName() {
    activate(DIRECT);
    verdict("open", "port-blocked", 14);

    look(20);

    assertThat(latest().author()).isEqualTo("ada");
  }

  @Test
  void activatesNothingWhenAnotherVersionCameMeanwhile() {
    PolicyActivation before = latest();
    activate(RELAY);

    assertThat(policies.replace(before, policy(DIRECT), check, "autopilot", "")).isEmpty();

    assertThat(latest().version()).isEqualTo(2);
    assertThat(policies.find(3)).isEmpty();
  }

  private void look(int minute) {
    now = NINE.plus(Duration.ofMinutes(minute));
    autopilot.look();
  }

  private PolicyActivation latest() {
    return policies.latestActivation().orElseThrow();
  }

  private List<Path> gmail() {
    return paths("gmail");
  }

  private List<Path> paths(String isp) {
    return policies.active().orElseThrow().policy().rule(isp).orElseThrow().paths().stream()
        .map(PolicyPath::path)
        .toList();
  }

  private void activate(Path... gmail) {
    int version = policies.append(policy(gmail), check, "ada", "").version();
    policies.activate(version, check, "ada", "");
  }

  private static PortPolicy policy(Path... gmail) {
    return new PortPolicy(
        List.of(
            PolicyRule.of(PolicyRule.ANY, DIRECT, RELAY),
            PolicyRule.of("gmail", gmail).withAutopilot(true)));
  }

  private void verdict(String from, String to, int minute) {
    Object at = NINE.plus(Duration.ofMinutes(minute)).atOffset(ZoneOffset.UTC);
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (?, 'office', 25, ?, ?, '', '[]', 'a')
        """,
        at,
        from,
        to);
    database.execute(
        """
        INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
        VALUES ('office', 25, ?, ?, '', ?, 2, now(), 'infinity', 'a')
        ON CONFLICT (network, port) DO UPDATE SET verdict = excluded.verdict, since = excluded.since
        """,
        to,
        at,
        to);
  }
}
