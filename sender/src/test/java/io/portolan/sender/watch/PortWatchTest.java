package io.portolan.sender.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.Eventually;
import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.path.PathState;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.reply.Phase;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.pace.TestCaps;
import io.portolan.sender.path.Choice;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.path.PathLease;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.path.SharedHealth;
import io.portolan.sender.probe.ControlTargets;
import io.portolan.sender.probe.PortProbe;
import io.portolan.sender.probe.ProbeTarget;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedDns;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The watch over real sockets of a simulated network, with a clock that the test moves. */
class PortWatchTest {
  private static final Path DIRECT = new Path("direct", 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("relay", 587, TlsMode.STARTTLS);
  private static final List<String> OPERATORS =
      List.of("mx.one.test", "mx.two.test", "mx.three.test");
  private static final Relay DEFINITION =
      new Relay(
          "relay", "relay.test", "user", "env:X", List.of(new RelayPort(587, TlsMode.STARTTLS)));

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final HealthSettings settings = HealthSettings.DEFAULT;
  private final PathHealth health = new PathHealth(settings, clock, "n1");
  private final List<VerdictChange> alerts = new ArrayList<>();
  private final List<SimulatedMailServer> operators = new ArrayList<>();
  private SimulatedNetwork network;
  private SimulatedMailServer relay;
  private DeadlineWatch deadlines;
  private SharedHealth shared;
  private PathLooks looks;
  private PortWatch watch;
  private PortVerdictStore verdicts;
  private PathChoice choice;

  @BeforeEach
  void start() throws IOException {
    network = new SimulatedNetwork(clock);
    for (String operator : OPERATORS) {
      operators.add(network.server(operator).listen(25, Security.STARTTLS).start());
    }
    network.server("web.test").listen(443, Security.CLEAR).start();
    relay =
        network
            .server("relay.test")
            .listen(587, Security.STARTTLS)
            .accounts(Map.of("user", "right"))
            .start();
    deadlines = new DeadlineWatch();
    SessionOpener opener =
        new SessionOpener(
            network::dial,
            TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
            deadlines);
    PathHealthStore store = new PathHealthStore(postgres.database(), "here");
    verdicts = new PortVerdictStore(postgres.database(), "here");
    shared = new SharedHealth(health, store);
    choice =
        new PathChoice(
            health,
            name -> Optional.of(DEFINITION).filter(each -> each.name().equals(name)),
            TestCaps.of(postgres.database(), clock, "test"),
            clock);
    looks =
        new PathLooks(
            health,
            store,
            name -> Optional.of(DEFINITION).filter(each -> each.name().equals(name)),
            new PathLooks.Vantage("n1", "sender.test", this::addresses, opener),
            clock);
    ControlTargets controls =
        new ControlTargets(
            OPERATORS.stream()
                .map(host -> new ProbeTarget(host, host, 25, TlsMode.STARTTLS))
                .toList(),
            List.of(new ProbeTarget("web", "web.test", 443, TlsMode.NONE)));
    watch =
        new PortWatch(
            health,
            looks,
            verdicts,
            new PortProbe(this::addresses, opener, controls, "sender.test", clock),
            new PortWatch.Settings(
                settings, Duration.ofMinutes(30), "n1", () -> Set.of(25, 587), alerts::add),
            clock);
  }

  @AfterEach
  void stop() throws IOException {
    watch.close();
    network.close();
    deadlines.close();
  }

  @Test
  void callsAPortBlockedWhenTwoRoundsAgreeAndOpenWhenTwoAgreeAgain() throws Exception {
    network.block(25, Block.REJECT);
    roundAfter(settings.confirm());
    assertThat(alerts).as("one round decides nothing").isEmpty();
    assertThat(choose(DIRECT)).isInstanceOf(Choice.Take.class);
    roundAfter(settings.confirm());

    assertThat(alerts)
        .extracting(VerdictChange::from, VerdictChange::to)
        .containsExactly(tuple("unknown", "port-blocked"));
    assertThat(alerts.getFirst().words())
        .contains("your network blocks port 25")
        .doesNotContain("This was one look");
    assertThat(choose(DIRECT))
        .isInstanceOfSatisfying(
            Choice.NoneOpen.class,
            none -> assertThat(none.reason()).contains("your network blocks port 25"));
    network.unblock(25);
    roundAfter(Duration.ofMinutes(5));
    assertThat(choose(DIRECT)).isInstanceOf(Choice.NoneOpen.class);
    roundAfter(settings.confirm());

    assertThat(alerts).extracting(VerdictChange::to).containsExactly("port-blocked", "open");
    assertThat(choose(DIRECT)).isInstanceOf(Choice.Take.class);
    assertThat(network.mailboxes().matching(_ -> true)).as("no message was sent").isEmpty();
  }

  @Test
  void looksAtAPortAtOnceWhenPathsOnItFail() throws Exception {
    roundAfter(settings.confirm());
    roundAfter(settings.confirm());
    assertThat(verdict().verdict()).isEqualTo("open");
    network.block(25, Block.REJECT);
    clock.advance(Duration.ofSeconds(1));
    for (String target : List.of("gmail", "yahoo")) {
      take(DIRECT, target).failed(Phase.CONNECT, "connect-refused", OPERATORS.getFirst());
    }

    roundAfter(settings.confirm().plusSeconds(1));

    assertThat(verdict().latest()).isEqualTo("port-blocked");
    roundAfter(settings.confirm());
    assertThat(verdict().verdict()).isEqualTo("port-blocked");
  }

  @Test
  void looksAtPathsWhileARoundIsUnderWay() throws Exception {
    CompletableFuture<Void> speak = new CompletableFuture<>();
    ServerScript.Rule held = operators.getFirst().on(ServerPhase.BANNER).until(speak).always();
    take(RELAY, "").failed(Phase.CONNECT, "connect-timeout", "relay.test");
    choose(RELAY);
    shared.flush();
    watch.rounds();
    clock.advance(settings.firstBlock());

    watch.start();
    try {
      assertThat(held.awaitHits(1, Duration.ofSeconds(20))).as("a round is under way").isTrue();
      Eventually.holds("the relay was looked at", () -> status().state() == PathState.HALF_OPEN);
      Eventually.holds("its look is over", looks::isIdle);
      assertThat(relay.statistics().connections().total()).isEqualTo(1);
      assertThat(verdict().latest()).as("the round goes on").isEqualTo("unknown");
    } finally {
      speak.complete(null);
    }
  }

  @Test
  void leavesAPortThatWasLookedAtToItsOwnTimesHoweverLongItsTroubleLasts() throws Exception {
    network.block(25, Block.REJECT);
    for (String target : List.of("gmail", "yahoo")) {
      take(DIRECT, target).failed(Phase.CONNECT, "connect-refused", OPERATORS.getFirst());
    }
    roundAfter(settings.confirm());
    roundAfter(settings.confirm());
    Instant agreed = verdict().lookedAt();

    roundAfter(settings.confirm().multipliedBy(2));

    assertThat(verdict().lookedAt()).isEqualTo(agreed);
    assertThat(verdict().nextLook()).isEqualTo(agreed.plus(Duration.ofMinutes(5)));
  }

  @Test
  void tellsALimitOfConnectionsFromABlockByTheConnectsOfMail() throws Exception {
    List<String> platforms = List.of("gmail", "yahoo", "orange");
    for (int times = 0; times < 2; times++) {
      for (String platform : platforms) {
        take(DIRECT, platform).opened();
      }
      List<PathLease> dialling = platforms.stream().map(each -> take(DIRECT, each)).toList();
      dialling.forEach(
          lease -> lease.failed(Phase.CONNECT, "connect-timeout", OPERATORS.getFirst()));
      take(RELAY, "").opened();
      // the limit is over after a minute: looks find the port open
      for (String platform : platforms) {
        choose(DIRECT, platform);
      }
      clock.advance(settings.suspectFor());
      for (HealthKey key : health.dueLooks()) {
        if (!health.beginLook(key, health.lookLimit()).isEmpty()) {
          health.goodLook(key);
        }
      }
      clock.advance(settings.rampFor());
    }

    roundAfter(settings.confirm());
    roundAfter(settings.confirm());

    assertThat(verdict().verdict()).isEqualTo("rate-limited-egress");
    assertThat(verdict().words()).contains("connectionsPerMinute");
    assertThat(choose(DIRECT)).as("mail goes on").isInstanceOf(Choice.Take.class);
  }

  @Test
  void reopensAPathByTwoLooksThatNeitherLogInNorSend() throws Exception {
    take(RELAY, "").failed(Phase.CONNECT, "connect-timeout", "relay.test");
    assertThat(choose(RELAY)).isInstanceOf(Choice.NoneOpen.class);
    clock.advance(settings.firstBlock());

    look(PathState.HALF_OPEN);
    clock.advance(settings.confirm());
    look(PathState.OPEN);

    assertThat(choose(RELAY)).isInstanceOf(Choice.Take.class);
    assertThat(relay.statistics().connections().total()).isEqualTo(2);
    assertThat(relay.statistics().messages().total()).isZero();
  }

  @Test
  void keepsAPathThatIsStillBlockedAtTheCostOfOneConnect() throws Exception {
    network.block("relay.test", 587, Block.REJECT);
    take(RELAY, "").failed(Phase.CONNECT, "connect-refused", "relay.test");
    choose(RELAY);
    clock.advance(settings.firstBlock());

    look(PathState.BLOCKED);

    assertThat(network.dials("relay.test", 587)).isEqualTo(1);
    assertThat(status().nextTry()).hasValue(clock.instant().plus(Duration.ofMinutes(10)));
  }

  @Test
  void takesAnAnswerForAnOpenPathWhateverItSays() throws Exception {
    relay.on(ServerPhase.BANNER).answer(554, "5.7.1", "not you").always();
    take(RELAY, "").failed(Phase.CONNECT, "connect-timeout", "relay.test");
    choose(RELAY);
    clock.advance(settings.firstBlock());

    look(PathState.HALF_OPEN);
  }

  /** Lets the looks that are due end, and expects the relay's path in a state. */
  private void look(PathState expected) {
    shared.flush();
    PathState before = status().state();
    looks.lookWhereDue();
    Eventually.holds(
        "a look has ended",
        () ->
            (status().state() == expected && (expected != before || isLookedAt()))
                && looks.isIdle());
    shared.flush();
  }

  private boolean isLookedAt() {
    return !health.dueLooks().contains(new HealthKey(RELAY, ""));
  }

  private void roundAfter(Duration time) throws InterruptedException {
    if (verdicts.all().isEmpty()) {
      watch.rounds();
    }
    clock.advance(time);
    watch.rounds();
  }

  private StoredVerdict verdict() {
    return verdicts.all().stream().filter(each -> each.port() == 25).findFirst().orElseThrow();
  }

  private PathStatus status() {
    return health.snapshot().stream()
        .filter(each -> each.path().equals(RELAY))
        .findFirst()
        .orElseThrow();
  }

  private PathLease take(Path path, String target) {
    return switch (choice.choose(request(path, target))) {
      case Choice.Take take -> take.lease();
      case Choice other -> throw new AssertionError(other.toString());
    };
  }

  /** What a session for a platform of its own would be told. */
  private Choice choose(Path path) {
    return choose(path, "orange");
  }

  private Choice choose(Path path, String target) {
    Choice choice = this.choice.choose(request(path, target));
    if (choice instanceof Choice.Take take) {
      take.lease().close();
    }
    return choice;
  }

  private static PathChoice.Request request(Path path, String target) {
    EffectiveRule rule =
        EffectiveRule.of(
            1, "*", List.of(path), Limits.DEFAULT, Timeouts.DEFAULT, RetrySchedule.DEFAULT);
    return new PathChoice.Request(rule, target, 1, Optional.empty(), _ -> Optional.empty());
  }

  private HostAnswer addresses(String host) {
    return switch (network.dns().addresses(host)) {
      case SimulatedDns.Answer.Found<InetAddress>(List<InetAddress> addresses) ->
          new HostAnswer.Addresses(addresses, Duration.ofMinutes(5));
      case SimulatedDns.Answer<InetAddress> _ -> new HostAnswer.NoSuchHost(Duration.ofMinutes(5));
    };
  }
}
