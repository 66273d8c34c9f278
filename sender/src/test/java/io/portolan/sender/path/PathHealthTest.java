package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_465;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathHealthTest {
  private static final String TIMEOUT = "connect-timeout";

  private final TestPaths paths = new TestPaths();

  @Test
  void letsOneOpeningAtATimeTryAnUnknownPath() {
    PathLease first = paths.take("gmail", SES_587);
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);

    first.opened();

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void letsTwoOpeningsDialAtOnceOnAnOpenPath() {
    paths.take("gmail", SES_587).opened();
    List<PathLease> dialling = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      dialling.add(paths.take("gmail", SES_587));
    }

    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);
    dialling.getFirst().connected("192.0.2.1");
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void doesNotLetASlowBannerHoldUpTheOthers() {
    paths.take("gmail", SES_587).opened();
    for (int i = 0; i < 6; i++) {
      paths.take("gmail", SES_587).connected("192.0.2.1");
    }
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);

    paths.clock.advance(Duration.ofSeconds(15));

    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void doesNotWaitForeverForAnOpeningThatSaysNothing() {
    paths.take("gmail", SES_587);
    paths.clock.advance(Duration.ofSeconds(44));
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);

    paths.clock.advance(Duration.ofSeconds(1));

    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void leavesAPathAtItsFirstConnectFailure() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    PathStatus status = paths.status(SES_587, "");
    assertThat(status.state()).isEqualTo(PathState.BLOCKED);
    assertThat(status.nextTry()).hasValue(paths.clock.instant().plus(Duration.ofMinutes(5)));
    assertThat(status.evidence()).isEqualTo(TIMEOUT);
    assertThat(paths.choose("yahoo", SES_587)).isInstanceOf(Choice.NoneOpen.class);
  }

  @Test
  void reopensByTwoGoodLooksAndRampsUp() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.health.dueLooks()).isEmpty();
    paths.clock.advance(Duration.ofMinutes(5));

    paths.look(SES_587, "", true);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.HALF_OPEN);
    assertThat(paths.choose("gmail", SES_587))
        .as("no mail yet")
        .isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.health.dueLooks()).isEmpty();
    paths.clock.advance(HealthSettings.DEFAULT.confirm());
    paths.look(SES_587, "", true);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
    Duration step = HealthSettings.DEFAULT.rampFor().dividedBy(8);
    for (int session = 0; session < 8; session++) {
      paths.take("gmail", SES_587).opened();
      assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);
      paths.clock.advance(step);
    }
    for (int session = 0; session < 2; session++) {
      paths.take("gmail", SES_587);
    }
  }

  @Test
  void startsTheLooksAnewWhenTheSecondIsBad() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choose("gmail", SES_587);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.look(SES_587, "", true);
    paths.clock.advance(HealthSettings.DEFAULT.confirm());

    paths.look(SES_587, "", false);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(SES_587, "").nextTry())
        .hasValue(paths.clock.instant().plus(Duration.ofMinutes(10)));
  }

  @Test
  void looksOnlyAtWhatMailAsksFor() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.clock.advance(Duration.ofHours(1));
    assertThat(paths.health.dueLooks()).isEmpty();

    paths.choose("gmail", SES_587);

    assertThat(paths.health.dueLooks()).hasSize(1);
  }

  @Test
  void looksAtTwoHostsOfDirectThoseThatWereOpenFirstAndAtOthersNextTime() {
    paths.take("orange", DIRECT).connected("192.0.2.7");
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.gmail.test");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.yahoo.test");
    paths.choose("orange", DIRECT);
    paths.clock.advance(HealthSettings.DEFAULT.suspectFor());

    HealthKey whole = HealthKey.whole(25);
    assertThat(paths.health.beginLook(whole, paths.health.lookLimit()))
        .containsExactly("192.0.2.7", "mx.gmail.test");
    paths.health.badLook(whole, TIMEOUT);
    assertThat(paths.health.beginLook(whole, paths.health.lookLimit()))
        .containsExactly("mx.gmail.test", "mx.yahoo.test");
  }

  @Test
  void waitsLongerAfterEachBadLook() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choose("gmail", SES_587);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.look(SES_587, "", false);
    paths.choose("gmail", SES_587);

    paths.clock.advance(Duration.ofMinutes(9));
    assertThat(paths.health.dueLooks()).isEmpty();
    paths.clock.advance(Duration.ofMinutes(1));
    paths.look(SES_587, "", true);
  }

  @Test
  void doesNotHoldMailForAsLongAsALookMayTake() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choose("gmail", SES_587);
    paths.clock.advance(Duration.ofMinutes(5));

    paths.health.beginLook(new HealthKey(SES_587, ""), paths.health.lookLimit());

    assertThat(paths.choose("gmail", SES_587))
        .isInstanceOfSatisfying(
            Choice.NoneOpen.class,
            none ->
                assertThat(none.until())
                    .isEqualTo(paths.clock.instant().plus(Duration.ofSeconds(10))));
  }

  @Test
  void looksAgainAfterALookThatToldNothing() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choose("gmail", SES_587);
    paths.clock.advance(Duration.ofMinutes(5));
    HealthKey key = new HealthKey(SES_587, "");
    paths.health.beginLook(key, paths.health.lookLimit());

    paths.health.abandonedLook(key);

    paths.choose("gmail", SES_587);
    assertThat(paths.health.dueLooks()).isEmpty();
    paths.clock.advance(Duration.ofSeconds(30));
    paths.look(SES_587, "", true);
  }

  @Test
  void learnsNothingFromAnOpeningThatFailedInTheDns() {
    paths.take("gmail", DIRECT).failed(Phase.DNS, "dns", "mx.test");

    assertThat(paths.status(DIRECT, "gmail").state()).isEqualTo(PathState.UNKNOWN);
  }

  @Test
  void doesNotCountAFailureThatALaterOpeningContradicts() {
    paths.take("gmail", SES_587).opened();
    PathLease slow = paths.take("gmail", SES_587);
    paths.take("gmail", SES_587).opened();

    slow.failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void suspectsAPathThatWasOpenAndOpensItByOneGoodLook() {
    paths.take("gmail", SES_587).opened();
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.SUSPECT);
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    paths.clock.advance(HealthSettings.DEFAULT.suspectFor());
    paths.look(SES_587, "", true);
    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void knowsEachPortOfARelayForItself() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.choose("gmail", SES_465)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void doesNotBlockDirectForAllBecauseOfOneDeadMailHost() {
    paths.take("gmail", DIRECT).opened();
    paths.take("dead", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.choose("dead", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.choose("yahoo", DIRECT)).isInstanceOf(Choice.Take.class);
    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void blocksThePortWhenUnrelatedPlatformsFailAndNoneSucceeds() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "").evidence()).isEqualTo("connect-timeout at gmail, yahoo");
    assertThat(paths.choose("orange", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
  }

  @Test
  void takesMoreDomainsOutsideTheDirectoryThanAListHasDeadOnesInARow() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    for (int i = 0; i < 15; i++) {
      paths.take("other/dead" + i + ".example", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    }
    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.UNKNOWN);

    paths.take("other/dead15.example", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "").evidence())
        .startsWith("connect-timeout at gmail, other/dead0.example")
        .endsWith("and 12 more");
  }

  @Test
  void countsAMessageThatIsTakenOnAnOpenSessionAsContradiction() {
    paths.take("orange", DIRECT).opened();
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choice.passed(DIRECT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void doesNotBlockThePortWhenAnOpeningSucceedsMeanwhile() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.take("orange", DIRECT).connected("192.0.2.1");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void forgetsFailuresThatAreLongAgo() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.clock.advance(HealthSettings.DEFAULT.evidenceWindow().plusSeconds(1));
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.UNKNOWN);
  }

  @Test
  void doesNotBlameThePortForFailuresAfterConnect() {
    paths.take("gmail", DIRECT).failed(Phase.TLS, "tls-failed", "mx.test");
    paths.take("yahoo", DIRECT).failed(Phase.BANNER, "no-banner", "mx.test");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.status(DIRECT, "gmail").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "yahoo").state()).isEqualTo(PathState.SUSPECT);
  }

  @Test
  void opensEveryPlatformAgainWhenThePortOpens() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.choose("orange", DIRECT);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.look(DIRECT, "", true);
    paths.clock.advance(HealthSettings.DEFAULT.confirm());
    paths.look(DIRECT, "", true);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.status(DIRECT, "yahoo").state()).isEqualTo(PathState.UNKNOWN);
    paths.take("gmail", DIRECT).opened();
  }

  @Test
  void letsMailTryAPlatformWhoseHostsMayBeOthersByNow() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.old.test");
    for (int looks = 0; looks < 3; looks++) {
      paths.choose("yahoo", DIRECT);
      paths.clock.advance(Duration.ofHours(1));
      paths.look(DIRECT, "yahoo", false);
    }

    assertThat(paths.status(DIRECT, "yahoo").state()).isEqualTo(PathState.UNKNOWN);
    paths.take("yahoo", DIRECT).opened();
  }

  @Test
  void letsMailTryWhenTheHostThatFailedIsNoMore() {
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.old.test");
    paths.choose("yahoo", DIRECT);
    paths.clock.advance(Duration.ofMinutes(5));
    HealthKey key = new HealthKey(DIRECT, "yahoo");
    paths.health.beginLook(key, paths.health.lookLimit());

    paths.health.goneLook(key);

    paths.take("yahoo", DIRECT).opened();
  }

  @Test
  void boundsWhatItRemembers() {
    for (int i = 0; i < 10_050; i++) {
      paths.take("other/" + i + ".example", DIRECT).opened();
    }

    assertThat(paths.health.snapshot()).hasSize(10_001);
  }

  @Test
  void countsOnlyWhatALeaseSaysFirst() {
    PathLease lease = paths.take("gmail", SES_587);
    lease.opened();
    lease.failed(Phase.CONNECT, TIMEOUT, "mx.test");
    lease.close();

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void sharesThePortAmongTlsModes() {
    Path strict = new Path("direct", 25, TlsMode.STARTTLS);
    paths.take("gmail", strict).failed(Phase.CONNECT, TIMEOUT, "mx.test");
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT, "mx.test");

    assertThat(paths.choose("orange", strict)).isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.choose("orange", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
  }
}
