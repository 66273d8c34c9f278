package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.pace.PaceStore;
import io.portolan.core.pace.WarmUp;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.pace.PathCaps;
import io.portolan.sender.pace.TestCaps;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much of a platform's mail a source in warm-up takes, and whose limits those of a row are. */
class LaneWarmUpTest extends LaneFixture {
  private static final List<Cap> STEPS = List.of(new Cap(3, Span.DAY), new Cap(5, Span.DAY));

  @BeforeEach
  void beginAtMidnight() {
    limits = new Limits(1, 100, 0);
    // so that no day ends within a test
    ahead =
        Duration.between(
            clock.instant(), clock.instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)));
  }

  @Test
  void spillsWhatIsAboveTheVolumeOfTheDayToTheNextPath() throws Exception {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81"), PolicyPath.of(RELAY_587)));

    sender.send(batch(names(8)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(routes()).containsExactly("direct 3", "relay 5");
    assertThat(database.texts("SELECT decision FROM attempt WHERE route = 'relay'"))
        .allSatisfy(
            why ->
                assertThat(why)
                    .startsWith("direct:25 from 127.0.0.81 at the 3/d of day 1 of its warm-up"));
  }

  @Test
  void holdsWhatNoWarmedPathTakesUntilTheNextDay() throws Exception {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81")));
    var batch = batch(names(10));

    sender.send(batch);

    assertThat(states()).filteredOn("accepted 1"::equals).hasSize(3);
    assertThat(states()).filteredOn("planned 0"::equals).as("no attempt").hasSize(7);
    assertThat(held).allSatisfy(why -> assertThat(why).contains("day 1 of its warm-up"));
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE state = 'planned' AND not_before = date_trunc('day', not_before, 'UTC')"))
        .isEqualTo(7);

    ahead = ahead.plus(Duration.ofDays(1));
    assertThat(caps("test").count(rule("isp", "isp"), DIRECT.from("127.0.0.81"), "isp"))
        .isPresent();
    assertThat(database.texts("SELECT step::text FROM warm_up_day ORDER BY day"))
        .containsExactly("0", "1");
  }

  @Test
  void sendsTheWholeVolumeThoughThePeerEndsEachSessionAfterOneMessage() throws Exception {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81"), PolicyPath.of(RELAY_587)));
    hangUpAfterEachMessage();

    sender.send(batch(names(8)));

    assertThat(routes()).containsExactly("direct 3", "relay 5");
    assertThat(states()).containsOnly("accepted 1");
  }

  @Test
  void sendsAsMuchAsACapLetsThoughThePeerEndsEachSessionAfterOneMessage() throws Exception {
    policyPaths =
        Optional.of(
            List.of(PolicyPath.of(DIRECT).withCap(new Cap(6, Span.DAY)), PolicyPath.of(RELAY_587)));
    hangUpAfterEachMessage();

    sender.send(batch(names(8)));

    assertThat(routes()).containsExactly("direct 6", "relay 2");
  }

  @Test
  void takesNothingOfTheVolumeForWhatACapRefuses() {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81").withCap(new Cap(2, Span.HOUR))));
    PathCaps caps = caps("test");
    EffectiveRule row = rule("isp", "isp");
    for (int hour = 0; hour < 2; hour++) {
      int taken = 0;
      for (int i = 0; i < 5; i++) {
        taken += caps.count(row, source(), "isp").isPresent() ? 1 : 0;
      }
      assertThat(taken).as("of the 3 of the day, in hour %d", hour).isEqualTo(hour == 0 ? 2 : 1);
      ahead = ahead.plus(Duration.ofHours(1));
    }
  }

  private void hangUpAfterEachMessage() {
    server().on(ServerPhase.DOT).keepMessage().answerAndHangUp(250, "2.0.0", "taken").always();
  }

  @Test
  void countsTheVolumeOverAllNodesAndPlatformsForThemselves() {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81")));
    PathCaps one = caps("one");
    PathCaps other = caps("other");
    int taken = 0;
    for (int i = 0; i < 6; i++) {
      PathCaps node = i % 2 == 0 ? one : other;
      taken += node.count(rule("isp", "isp"), source(), "isp").isPresent() ? 1 : 0;
    }

    assertThat(taken).isEqualTo(3);
    assertThat(one.count(rule("isp", "isp"), source(), "another")).isPresent();
    assertThat(one.count(rule("isp", "isp"), source(), "other/a.test")).isPresent();
    assertThat(one.count(rule("isp", "isp"), source(), "other/b.test")).isPresent();
    assertThat(other.count(rule("isp", "isp"), source(), "other/c.test")).isPresent();
    assertThat(other.count(rule("isp", "isp"), source(), "other/d.test"))
        .as("domains of no known ISP count as one")
        .isEmpty();
  }

  @Test
  void capsWhatABlockedPortSendsToAnotherRouteByThatRoutesRamp() throws Exception {
    PolicyPath relayInWarmUp = PolicyPath.of(RELAY_587).withWarmUp(plan(0));
    policyPaths = Optional.of(List.of(PolicyPath.of(DIRECT), relayInWarmUp));
    network.block(25, Block.REJECT);

    sender.send(batch(names(9)));

    assertThat(routes()).containsExactly("relay 3");
    assertThat(states()).filteredOn("planned 0"::equals).hasSize(6);
    assertThat(paces.all()).as("no failure of a port slows down").isEmpty();
  }

  @Test
  void climbsNotWhileItsPortIsBlocked() throws Exception {
    policyPaths = Optional.of(List.of(warming(0, "127.0.0.81")));
    network.block(25, Block.REJECT);

    sender.send(batch(names(4)));

    assertThat(states()).containsOnly("planned 0");
    assertThat(database.number("SELECT count(*) FROM warm_up_day"))
        .as("a day on which nothing could be offered is no day of sending")
        .isZero();
  }

  @Test
  void takesNothingBeforeItsFirstDayAndAllBehindItsLastStep() throws Exception {
    policyPaths = Optional.of(List.of(warming(2, "127.0.0.81"), warming(-2, "127.0.0.82")));
    database.execute(
        """
        INSERT INTO warm_up_day (source, platform, begun, day, step, reason)
        VALUES ('direct from 127.0.0.82', 'isp', ?::date, ?::date, 1, 'the last step')
        """,
        plan(-2).since().toString(),
        plan(-1).since().toString());

    sender.send(batch(names(9)));

    assertThat(database.texts("SELECT source || ' ' || count(*) FROM attempt GROUP BY source"))
        .containsExactly("127.0.0.82 9");
  }

  @ParameterizedTest
  @EnumSource(Limits.Scope.class)
  void holdsTwoNodesToTheLimitsOfTheClusterOrEachToItsOwn(Limits.Scope scope) throws Exception {
    limits = new Limits(2, 3, 0, 30, scope);
    server().behave(new Behaviour.Slow(Duration.ZERO, Duration.ZERO, Duration.ofMillis(40)));
    ClaimedBatch all = batch(names(40));
    Paces otherPaces = new Paces(new PaceStore(database.database(), "other"), this::rule, clock);
    try (ConnectionSlots otherSlots = new ConnectionSlots(database.database());
        LaneSender other = node("other", otherSlots, otherPaces);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = threads.submit(() -> sending(sender, half(all, 0)));
      Future<?> second = threads.submit(() -> sending(other, half(all, 1)));
      first.get();
      second.get();
    }

    assertThat(database.texts("SELECT DISTINCT state FROM delivery")).containsExactly("accepted");
    int most = server().statistics().connections().maxConcurrent();
    switch (scope) {
      case CLUSTER -> assertThat(most).isEqualTo(2);
      case NODE -> assertThat(most).isEqualTo(4);
    }
    assertThat(
            database.texts(
                "SELECT name FROM policy_allowance WHERE name LIKE 'sessions%' ORDER BY name"))
        .isEqualTo(
            switch (scope) {
              case CLUSTER -> List.of("sessions to isp");
              case NODE -> List.of("sessions to isp of other", "sessions to isp of test");
            });
  }

  private static Object sending(LaneSender node, ClaimedBatch batch) throws InterruptedException {
    node.send(batch);
    return batch;
  }

  private static ClaimedBatch half(ClaimedBatch batch, int which) {
    return new ClaimedBatch(
        batch.id(),
        batch.campaignId(),
        batch.platform(),
        batch.epoch(),
        batch.content(),
        batch.inDoubt(),
        batch.origin(),
        batch.deliveries().stream().filter(each -> each.id() % 2 == which).toList());
  }

  @Test
  void knowsWhichPartOfTheHeldSlotsIsItsOwn() {
    try (ConnectionSlots others = new ConnectionSlots(database.database())) {
      Slot mine = slots.tryAcquire("isp", 10).orElseThrow();
      assertThat(slots.share("isp")).isEqualTo(1);
      for (int i = 0; i < 3; i++) {
        assertThat(others.tryAcquire("isp", 10)).isPresent();
        assertThat(others.tryAcquire("another", 10)).isPresent();
      }

      assertThat(slots.share("isp")).isEqualTo(0.25);
      assertThat(others.share("isp")).isEqualTo(0.75);
      mine.close();
    }
  }

  private PathCaps caps(String node) {
    return TestCaps.of(database.database(), clock, node);
  }

  private static Path source() {
    return DIRECT.from("127.0.0.81");
  }

  private PolicyPath warming(int daysFromNow, String source) {
    return PolicyPath.of(DIRECT).withSources(source).withWarmUp(plan(daysFromNow));
  }

  private WarmUp plan(int daysFromNow) {
    return new WarmUp(
        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(daysFromNow), STEPS);
  }

  private List<String> routes() {
    return database.texts(
        "SELECT route || ' ' || count(*) FROM attempt GROUP BY route ORDER BY route");
  }
}
