package io.portolan.sender.path;

import static io.portolan.sender.path.TestPaths.DIRECT;
import static io.portolan.sender.path.TestPaths.SES_465;
import static io.portolan.sender.path.TestPaths.SES_587;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  void letsSixOpeningsDialAtOnceOnAnOpenPath() {
    paths.take("gmail", SES_587).opened();
    List<PathLease> dialling = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      dialling.add(paths.take("gmail", SES_587));
    }

    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);
    dialling.getFirst().opened();
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void doesNotLetASlowBannerHoldUpTheOthers() {
    paths.take("gmail", SES_587).opened();
    for (int i = 0; i < 6; i++) {
      paths.take("gmail", SES_587).connected();
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
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);

    PathStatus status = paths.status(SES_587, "");
    assertThat(status.state()).isEqualTo(PathState.BLOCKED);
    assertThat(status.nextTry()).hasValue(paths.clock.instant().plus(Duration.ofMinutes(5)));
    assertThat(status.evidence()).isEqualTo(TIMEOUT);
    assertThat(paths.choose("yahoo", SES_587)).isInstanceOf(Choice.NoneOpen.class);
  }

  @Test
  void givesATrialToOneCallerOnly() throws Exception {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(Duration.ofMinutes(5));

    int callers = 16;
    CountDownLatch ready = new CountDownLatch(callers);
    List<Choice> choices = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Choice>> asked = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        String target = "platform" + i;
        asked.add(
            executor.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  return paths.choose(target, SES_587);
                }));
      }
      for (Future<Choice> each : asked) {
        choices.add(each.get());
      }
    }

    assertThat(choices).filteredOn(choice -> choice instanceof Choice.Take).hasSize(1);
    assertThat(choices).filteredOn(choice -> choice instanceof Choice.Wait).hasSize(callers - 1);
  }

  @Test
  void reopensByATrialThatSucceedsAndRampsUp() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(Duration.ofMinutes(5));
    PathLease trial = paths.take("gmail", SES_587);
    assertThat(trial.isTrial()).isTrue();

    trial.opened();

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.take("gmail", SES_587).isTrial()).isFalse();
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Wait.class);
    paths.clock.advance(HealthSettings.DEFAULT.rampFor());
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void waitsLongerAfterEachTrialThatFails() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(Duration.ofMinutes(5));
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);

    paths.clock.advance(Duration.ofMinutes(9));
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    paths.clock.advance(Duration.ofMinutes(1));
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void passesTheTrialOnWhenItIsAbandoned() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(Duration.ofMinutes(5));

    paths.take("gmail", SES_587).close();

    assertThat(paths.choose("yahoo", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    paths.clock.advance(Duration.ofSeconds(1));
    assertThat(paths.take("yahoo", SES_587).isTrial()).isTrue();
  }

  @Test
  void learnsNothingFromAnOpeningThatFailedInTheDns() {
    paths.take("gmail", DIRECT).failed(Phase.DNS, "dns");

    assertThat(paths.status(DIRECT, "gmail").state()).isEqualTo(PathState.UNKNOWN);
  }

  @Test
  void doesNotCountAFailureThatALaterOpeningContradicts() {
    paths.take("gmail", SES_587).opened();
    PathLease slow = paths.take("gmail", SES_587);
    paths.take("gmail", SES_587).opened();

    slow.failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void suspectsAPathThatWasOpenAndTriesItAgainAfterSeconds() {
    paths.take("gmail", SES_587).opened();
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.SUSPECT);
    assertThat(paths.choose("gmail", SES_587)).isInstanceOf(Choice.NoneOpen.class);
    paths.clock.advance(HealthSettings.DEFAULT.suspectFor());
    paths.take("gmail", SES_587).opened();
    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void knowsEachPortOfARelayForItself() {
    paths.take("gmail", SES_587).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.choose("gmail", SES_465)).isInstanceOf(Choice.Take.class);
  }

  @Test
  void doesNotBlockDirectForAllBecauseOfOneDeadMailHost() {
    paths.take("gmail", DIRECT).opened();
    paths.take("dead", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.choose("dead", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.choose("yahoo", DIRECT)).isInstanceOf(Choice.Take.class);
    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void blocksThePortWhenUnrelatedPlatformsFailAndNoneSucceeds() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "").evidence()).isEqualTo("connect-timeout at gmail, yahoo");
    assertThat(paths.choose("orange", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
  }

  @Test
  void takesMoreDomainsOutsideTheDirectoryThanAListHasDeadOnesInARow() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    for (int i = 0; i < 15; i++) {
      paths.take("other/dead" + i + ".example", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    }
    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.UNKNOWN);

    paths.take("other/dead15.example", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "").evidence())
        .startsWith("connect-timeout at gmail, other/dead0.example")
        .endsWith("and 12 more");
  }

  @Test
  void countsAMessageThatIsTakenOnAnOpenSessionAsContradiction() {
    paths.take("orange", DIRECT).opened();
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.choice.passed(DIRECT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void givesTheTrialOfThePortToAPlatformThatWasOpen() {
    paths.take("orange", DIRECT).opened();
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.SUSPECT);
    paths.clock.advance(HealthSettings.DEFAULT.suspectFor());

    assertThat(paths.choose("other/dead.example", DIRECT))
        .isInstanceOfSatisfying(
            Choice.NoneOpen.class,
            none ->
                assertThat(none.until())
                    .isEqualTo(paths.clock.instant().plus(Duration.ofMinutes(1))));
    assertThat(paths.take("orange", DIRECT).isTrial()).isTrue();
  }

  @Test
  void givesTheTrialOfThePortToAnybodyWhenNobodyElseComes() {
    paths.take("orange", DIRECT).opened();
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(HealthSettings.DEFAULT.suspectFor().plusMinutes(1));

    assertThat(paths.take("other/new.example", DIRECT).isTrial()).isTrue();
  }

  @Test
  void doesNotBlockThePortWhenAnOpeningSucceedsMeanwhile() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.take("orange", DIRECT).connected();
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void forgetsFailuresThatAreLongAgo() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(HealthSettings.DEFAULT.evidenceWindow().plusSeconds(1));
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.UNKNOWN);
  }

  @Test
  void doesNotBlameThePortForFailuresAfterConnect() {
    paths.take("gmail", DIRECT).failed(Phase.TLS, "tls-failed");
    paths.take("yahoo", DIRECT).failed(Phase.BANNER, "no-banner");

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
    assertThat(paths.status(DIRECT, "gmail").state()).isEqualTo(PathState.BLOCKED);
    assertThat(paths.status(DIRECT, "yahoo").state()).isEqualTo(PathState.SUSPECT);
  }

  @Test
  void opensEveryPlatformAgainWhenThePortOpens() {
    paths.take("gmail", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);
    paths.clock.advance(Duration.ofMinutes(5));

    PathLease trial = paths.take("orange", DIRECT);
    assertThat(trial.isTrial()).isTrue();
    assertThat(paths.choose("gmail", DIRECT)).isInstanceOf(Choice.Wait.class);
    trial.opened();

    assertThat(paths.status(DIRECT, "").state()).isEqualTo(PathState.OPEN);
    paths.take("gmail", DIRECT).opened();
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
    lease.failed(Phase.CONNECT, TIMEOUT);
    lease.close();

    assertThat(paths.status(SES_587, "").state()).isEqualTo(PathState.OPEN);
  }

  @Test
  void sharesThePortAmongTlsModes() {
    Path strict = new Path("direct", 25, TlsMode.STARTTLS);
    paths.take("gmail", strict).failed(Phase.CONNECT, TIMEOUT);
    paths.take("yahoo", DIRECT).failed(Phase.CONNECT, TIMEOUT);

    assertThat(paths.choose("orange", strict)).isInstanceOf(Choice.NoneOpen.class);
    assertThat(paths.choose("orange", DIRECT)).isInstanceOf(Choice.NoneOpen.class);
  }
}
