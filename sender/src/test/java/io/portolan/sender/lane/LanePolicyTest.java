package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.policy.PauseRule.Scope;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import io.portolan.core.policy.TlsVersion;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the options of a row's paths, and its pause rules, do to mail on its way. */
class LanePolicyTest extends LaneFixture {
  private static final PauseRule TOO_MANY =
      new PauseRule("4.7.28", Duration.ofMinutes(10), Scope.PLATFORM);

  @BeforeEach
  void sendOneAfterAnother() {
    limits = new Limits(1, 100, 0);
  }

  @Test
  void takesTheNextPathWhereTheRelaysTlsIsTooOld() throws Exception {
    relay.speakAtMost("TLSv1.2");
    paths(PolicyPath.of(RELAY_587).withMinTls(TlsVersion.TLS_1_3), PolicyPath.of(DIRECT));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(database.texts("SELECT kind || ' ' || port FROM path_failure"))
        .containsExactly("tls-failed 587");
    assertThat(database.texts("SELECT route FROM attempt")).containsExactly("direct");
  }

  @Test
  void speaksOlderTlsWhereThePolicyAllowsIt() throws Exception {
    relay.speakAtMost("TLSv1.2");
    paths(PolicyPath.of(RELAY_587));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(database.texts("SELECT tls FROM attempt")).containsExactly("starttls");
  }

  @Test
  void endsASessionWhoseTlsBecameTooOld() throws Exception {
    relay.speakAtMost("TLSv1.2");
    paths(PolicyPath.of(RELAY_587));
    beforeEachRule =
        () -> {
          if (relay.statistics().messages().total() > 0) {
            paths(PolicyPath.of(RELAY_587).withMinTls(TlsVersion.TLS_1_3), PolicyPath.of(DIRECT));
          }
        };

    sender.send(batch("anna", "ben"));

    assertThat(database.texts("SELECT route FROM attempt ORDER BY at"))
        .containsExactly("relay", "direct");
  }

  @Test
  void comesFromTheSourceAddress() throws Exception {
    paths(PolicyPath.of(DIRECT).withSources("127.0.0.77"));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(comesFrom).containsExactly("127.0.0.77");
    assertThat(database.texts("SELECT source FROM attempt")).containsExactly("127.0.0.77");
    assertThat(database.texts("SELECT decision FROM attempt"))
        .allSatisfy(why -> assertThat(why).startsWith("direct:25 from 127.0.0.77"));
  }

  @Test
  void rotatesThePoolBySession() throws Exception {
    limits = new Limits(1, 2, 0);
    paths(PolicyPath.of(DIRECT).withSources("127.0.0.71", "127.0.0.72", "127.0.0.73"));

    sender.send(batch(names(8)));

    assertThat(comesFrom).containsExactly("127.0.0.71", "127.0.0.72", "127.0.0.73", "127.0.0.71");
    assertThat(database.texts("SELECT source || ' ' || count(*) FROM attempt GROUP BY source"))
        .containsExactlyInAnyOrder("127.0.0.71 4", "127.0.0.72 2", "127.0.0.73 2");
  }

  @Test
  void holdsTheMailOfASourceThatThisHostLacks() throws Exception {
    paths(PolicyPath.of(DIRECT).withSources("192.0.2.77"), PolicyPath.of(RELAY_587));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(database.texts("SELECT kind || ' ' || source FROM path_failure"))
        .containsExactly("local-fault 192.0.2.77");
    assertThat(health.snapshot())
        .extracting(PathStatus::state)
        .doesNotContain(PathState.BLOCKED, PathState.SUSPECT);
  }

  @Test
  void holdsThePlatformAtAReplyOfThePauseRules() throws Exception {
    pauses = List.of(TOO_MANY);
    server().on(ServerPhase.RCPT).answer(450, "4.7.28", "too many of you").once();

    sender.send(batch(names(3)));

    assertThat(states()).containsExactly("planned 1", "planned 0", "planned 0");
    assertThat(held)
        .hasSize(2)
        .allSatisfy(
            reason ->
                assertThat(reason)
                    .contains("row isp pauses mail to isp for 10m at reply 4.7.28", "too many"));
  }

  @Test
  void goesOnWhenThePauseIsOver() throws Exception {
    pauses = List.of(TOO_MANY);
    server().on(ServerPhase.RCPT).answer(450, "4.7.28", "too many of you").once();
    var batch = batch("anna", "ben");
    sender.send(batch);
    ahead = Duration.ofMinutes(10);

    sender.send(batch);

    assertThat(database.texts("SELECT state FROM delivery")).containsOnly("accepted");
  }

  @Test
  void pausesAtAReplyThatEndsAUsedSessionToo() throws Exception {
    pauses = List.of(new PauseRule("421", Duration.ofMinutes(10), Scope.PLATFORM));
    server().on(ServerPhase.RCPT).after(1).answer(421, "4.7.0", "enough of you").once();

    sender.send(batch(names(3)));

    assertThat(states()).containsExactly("accepted 1", "planned 1", "planned 0");
  }

  @Test
  void takesNoOtherPortOfARouteThatIsPaused() throws Exception {
    pauses = List.of(new PauseRule("/slow down/", Duration.ofMinutes(10), Scope.PATH));
    paths(PolicyPath.of(RELAY_587), PolicyPath.of(RELAY_465));
    relay.on(ServerPhase.RCPT).answer(450, "4.2.1", "slow down").once();

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsExactly("planned 1", "planned 0");
    assertThat(held)
        .singleElement()
        .asString()
        .contains("relay:587 paused", "relay:465 paused", "by route relay", "slow down");
  }

  @Test
  void takesAnotherRouteMeanwhile() throws Exception {
    pauses = List.of(new PauseRule("/slow down/", Duration.ofMinutes(10), Scope.PATH));
    paths(PolicyPath.of(RELAY_587), PolicyPath.of(DIRECT));
    relay.on(ServerPhase.RCPT).answer(450, "4.2.1", "slow down").once();

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsExactly("planned 1", "accepted 1");
    assertThat(database.texts("SELECT decision FROM attempt WHERE route = 'direct'"))
        .singleElement()
        .asString()
        .contains("relay:587 paused", "next path direct:25");
  }

  @Test
  void splitsTheMailByShareWithoutASessionForEachMessage() throws Exception {
    limits = new Limits(1, 1_000, 0);
    paths(PolicyPath.of(RELAY_587).withShare(40), PolicyPath.of(DIRECT));

    sender.send(batch(names(200)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(
            database.number(
                "SELECT count(*) FROM attempt WHERE route = 'relay' AND decision LIKE '%takes 40 !%%' ESCAPE '!'"))
        .isBetween(50L, 110L)
        .isEqualTo(database.number("SELECT count(*) FROM attempt WHERE route = 'relay'"));
    assertThat(
            server().statistics().connections().total() + relay.statistics().connections().total())
        .isLessThanOrEqualTo(6);
  }

  @Test
  void sendsAShareByTheOthersWhileItsPathIsBlocked() throws Exception {
    paths(PolicyPath.of(RELAY_587).withShare(100), PolicyPath.of(DIRECT));
    network.block("relay.test", 587, Block.REJECT);

    sender.send(batch(names(10)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT route FROM attempt")).containsExactly("direct");
  }

  @Test
  void passesAPathOverThatIsAtItsCap() throws Exception {
    beginOf(ChronoUnit.HOURS);
    paths(PolicyPath.of(RELAY_587).withCap(new Cap(5, Span.HOUR)), PolicyPath.of(DIRECT));

    sender.send(batch(names(8)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT route || ' ' || count(*) FROM attempt GROUP BY route"))
        .containsExactlyInAnyOrder("relay 5", "direct 3");
    assertThat(database.texts("SELECT decision FROM attempt WHERE route = 'direct'"))
        .allSatisfy(why -> assertThat(why).contains("relay:587 at its cap of 5/h until"));
  }

  @Test
  void holdsTheMailUntilTheCapsWindowMovesOn() throws Exception {
    beginOf(ChronoUnit.HOURS);
    paths(PolicyPath.of(RELAY_587).withCap(new Cap(2, Span.HOUR)));
    var batch = batch(names(3));
    sender.send(batch);
    assertThat(states()).containsExactly("accepted 1", "accepted 1", "planned 0");
    assertThat(held).singleElement().asString().contains("relay:587 at its cap of 2/h until");
    ahead = ahead.plusHours(1);

    sender.send(
        new ClaimedBatch(
            batch.id(),
            batch.campaignId(),
            batch.platform(),
            batch.epoch(),
            batch.content(),
            batch.inDoubt(),
            MailOrigin.UNKNOWN,
            List.of(batch.deliveries().getLast())));

    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void opensNoMoreSessionsAMinuteThanTheLimit() throws Exception {
    beginOf(ChronoUnit.MINUTES);
    limits = new Limits(1, 1, 0, 3);
    AtomicInteger looks = new AtomicInteger();
    AtomicLong opened = new AtomicLong();
    beforeEachMessage =
        () -> {
          // while the fourth delivery waits, each look at the gate passes here
          if (server().statistics().messages().total() == 3 && looks.incrementAndGet() == 8) {
            opened.set(server().statistics().connections().total());
            ahead = ahead.plusMinutes(1);
          }
        };

    sender.send(batch(names(4)));

    assertThat(opened).hasValue(3);
    assertThat(states()).containsOnly("accepted 1");
  }

  /** Lets a span of caps begin now, so that none ends within a test. */
  private void beginOf(ChronoUnit unit) {
    Instant now = clock.instant();
    ahead = Duration.between(now, now.truncatedTo(unit).plus(1, unit));
  }

  private void paths(PolicyPath... stated) {
    policyPaths = Optional.of(List.of(stated));
  }
}
