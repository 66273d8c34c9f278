package io.portolan.sender.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.path.PathState;
import io.portolan.core.path.StoredHealth;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.pace.TestCaps;
import io.portolan.sender.path.Choice;
import io.portolan.sender.path.HealthSettings;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.path.SharedHealth;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Looks at one IP family of a path; the servers are real, their addresses are the test's. */
class FamilyLooksTest {
  private static final String V4 = "192.0.2.77";
  private static final String DEAD = "192.0.2.78";
  private static final String V6 = "2001:db8::77";
  private static final Path RELAY = new Path("relay", 587, TlsMode.STARTTLS);
  private static final HealthKey BOTH = new HealthKey(RELAY, "");
  private static final HealthKey BY_IPV6 = BOTH.over(IpFamily.IPV6);

  private static final Relay DEFINITION =
      new Relay("relay", "relay.test", "", "", List.of(new RelayPort(587, TlsMode.STARTTLS)));

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final PathHealth health = new PathHealth(HealthSettings.DEFAULT, clock, "n1");
  private final List<String> dialled = new CopyOnWriteArrayList<>();
  private volatile boolean isIpv6Open;
  private volatile List<String> addresses = List.of(V6, V4);
  private SimulatedNetwork network;
  private DeadlineWatch deadlines;
  private SharedHealth shared;
  private PathHealthStore store;
  private PathLooks looks;

  @BeforeEach
  void start() throws Exception {
    network = new SimulatedNetwork(clock);
    network.server("relay.test").listen(587, SimulatedMailServer.Security.STARTTLS).start();
    deadlines = new DeadlineWatch();
    store = new PathHealthStore(postgres.database(), "here");
    shared = new SharedHealth(health, store);
    looks =
        new PathLooks(
            health,
            store,
            _ -> Optional.of(DEFINITION),
            new PathLooks.Vantage(
                "n1",
                "sender.test",
                _ ->
                    new HostAnswer.Addresses(
                        addresses.stream().map(InetAddress::ofLiteral).toList(),
                        Duration.ofMinutes(5)),
                new SessionOpener(
                    this::dial,
                    TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
                    deadlines)),
            clock);
  }

  @AfterEach
  void stop() throws IOException {
    looks.close();
    shared.close();
    deadlines.close();
    network.close();
  }

  private Socket dial(String address, int port, Duration timeout) throws IOException {
    dialled.add(address);
    if (address.equals(DEAD) || (IpFamily.of(address) == IpFamily.IPV6 && !isIpv6Open)) {
      throw new ConnectException("Connection refused");
    }
    return network.dial("relay.test", port, timeout);
  }

  @Test
  void looksAtTheFamilyThatIsLeftAndAtNoOther() {
    leave(BY_IPV6);
    assertThat(health.mayDial(BOTH, IpFamily.IPV6)).isFalse();

    look(PathState.BLOCKED);

    assertThat(dialled).containsExactly("2001:db8:0:0:0:0:0:77");
  }

  @Test
  void opensAFamilyByTwoGoodLooks() {
    leave(BY_IPV6);
    isIpv6Open = true;
    assertThat(health.mayDial(BOTH, IpFamily.IPV6)).isFalse();

    look(PathState.HALF_OPEN);
    clock.advance(HealthSettings.DEFAULT.confirm());
    look(PathState.OPEN);

    assertThat(health.mayDial(BOTH, IpFamily.IPV6)).isTrue();
    assertThat(dialled).hasSize(2);
  }

  @Test
  void spendsNoConnectOnAFamilyThatIsKnownNotToGetThrough() {
    leave(BY_IPV6);
    leave(BOTH);
    want();

    shared.flush();
    looks.lookWhereDue();
    Eventually.holds(
        "the look has ended",
        () -> health.snapshot().getFirst().state() == PathState.HALF_OPEN && looks.isIdle());

    assertThat(dialled).containsExactly(V4);
  }

  @Test
  void givesEachAddressOfAFamilyItsTurn() {
    addresses = List.of(DEAD, V4);
    leave(BOTH);
    for (int i = 0; i < 3; i++) {
      int before = i + 1;
      want();
      shared.flush();
      looks.lookWhereDue();
      Eventually.holds("the look has ended", () -> looks.isIdle() && dialled.size() == before);
      clock.advance(HealthSettings.DEFAULT.longestBlock());
    }

    assertThat(dialled).containsExactly(DEAD, V4, DEAD);
  }

  /** Another node has left a path or a family of it, and a look is due. */
  private void leave(HealthKey key) {
    Instant now = clock.instant();
    store.store(
        List.of(
            new StoredHealth(
                key, PathState.BLOCKED, now, now, 1, 0, V6, "connect-timeout", "another")),
        List.of());
    shared.learn();
  }

  /** Mail would take the path. */
  private void want() {
    EffectiveRule rule =
        EffectiveRule.of(
            1, "*", List.of(RELAY), Limits.DEFAULT, Timeouts.DEFAULT, RetrySchedule.DEFAULT);
    Choice choice =
        new PathChoice(
                health,
                _ -> Optional.of(DEFINITION),
                TestCaps.of(postgres.database(), clock, "test"),
                clock)
            .choose(
                new PathChoice.Request(rule, "gmail", 1, Optional.empty(), _ -> Optional.empty()));
    assertThat(choice).isInstanceOf(Choice.NoneOpen.class);
  }

  /** Lets the look at IPv6 that is due end, and expects it in a state. */
  private void look(PathState expected) {
    shared.flush();
    looks.lookWhereDue();
    Eventually.holds("the look has ended", () -> looks.isIdle() && !dialled.isEmpty());
    shared.flush();
    assertThat(store.find(BY_IPV6).orElseThrow().state()).isEqualTo(expected);
  }
}
