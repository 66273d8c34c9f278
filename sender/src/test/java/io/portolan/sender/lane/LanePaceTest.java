package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.pace.Pace;
import io.portolan.core.pace.PaceStore;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.policy.TlsMode;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.simulation.Throttling;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What throttle replies do to the pace of a lane. */
class LanePaceTest extends LaneFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String RATE_EXCEEDED = "Throttling failure: Maximum sending rate exceeded.";

  /** Of other ISPs and platforms than "isp"; empty for the same as that one's. */
  private volatile List<Path> rowsOfOthers = List.of();

  @Test
  void bringsAllMailThroughToAPlatformThatThrottles() throws Exception {
    limits = new Limits(4, 100, 0);
    server().behave(new Throttling(1_200, clock));
    ClaimedBatch batch = batch(names(1_400));

    int rounds = 0;
    for (ClaimedBatch left = batch; !left.deliveries().isEmpty(); left = left(batch)) {
      sender.send(left);
      ahead = ahead.plus(MINUTE.plusSeconds(1));
      rounds++;
    }

    assertThat(database.texts("SELECT DISTINCT state FROM delivery")).containsExactly("accepted");
    assertThat(rounds).as("held, and let go again").isLessThanOrEqualTo(4);
    assertThat(database.number("SELECT count(*) FROM platform_pace_change WHERE kind = 'slowed'"))
        .as("one for each burst")
        .isLessThanOrEqualTo(2);
    assertThat(database.number("SELECT count(*) FROM attempt WHERE outcome = 'deferred'"))
        .as("one for each session that was open, and its successor")
        .isBetween(1L, 16L);
  }

  @Test
  void holdsThePlatformForItsCoolDownAndCountsNoAttempt() throws Exception {
    limits = new Limits(1, 100, 5);
    server().on(ServerPhase.MAIL).answer(421, "4.7.28", "too many of you").once();

    sender.send(batch("anna", "ben", "cleo"));

    assertThat(states()).containsExactly("planned 1", "planned 0", "planned 0");
    assertThat(held)
        .hasSize(2)
        .allSatisfy(
            why ->
                assertThat(why)
                    .startsWith("cool-down of isp after its reply: 421 4.7.28 too many of you"));
    assertThat(paces.limits("isp", limits).messagesPerSecond()).isLessThanOrEqualTo(0.1);
    assertThat(sender.lanesHeld(LaneSender.Held.REFUSED)).as("no back-off beside").isZero();
  }

  @Test
  void slowsDownAtAThrottleReplyOnAUsedSession() throws Exception {
    limits = new Limits(1, 100, 0);
    server().on(ServerPhase.RCPT).after(2).answer(421, "4.7.28", "too many of you").once();

    sender.send(batch("anna", "ben", "cleo", "dora"));

    assertThat(states()).containsExactly("accepted 1", "accepted 1", "planned 1", "planned 0");
    assertThat(paces.coolDown("isp")).isPresent();
  }

  @Test
  void takesNoLimitOfASessionForAThrottle() throws Exception {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.MAIL)
        .after(2)
        .answer(421, "4.7.0", "Too many messages on this connection, come back on another one")
        .once();

    sender.send(batch("anna", "ben", "cleo", "dora"));

    assertThat(database.texts("SELECT DISTINCT state FROM delivery")).containsExactly("accepted");
    assertThat(paces.all()).isEmpty();
  }

  @Test
  void neverSlowsDownForAPortThatFails() throws Exception {
    limits = new Limits(2, 100, 5);
    network.block(25, Block.REJECT);

    sender.send(batch("anna", "ben"));

    assertThat(database.number("SELECT count(*) FROM path_failure")).isPositive();
    assertThat(paces.all()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM platform_pace_change")).isZero();
    assertThat(paces.limits("isp", limits)).isEqualTo(limits);
  }

  @Test
  void slowsDownForNoRecipientsSake() throws Exception {
    server().on(ServerPhase.RCPT).answer(451, "4.7.1", "Greylisted for 5 minutes").always();

    sender.send(batch(names(12)));

    assertThat(states()).containsOnly("planned 1");
    assertThat(paces.all()).isEmpty();
  }

  @Test
  void leavesARouteThatThePolicyPausesWithoutSlowingTheOthers() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, DIRECT);
    pauses = List.of(new PauseRule("4.7.28", Duration.ofHours(1), PauseRule.Scope.PATH));
    relay.on(ServerPhase.MAIL).answer(450, "4.7.28", "too many of you").always();

    sender.send(batch("anna", "ben", "cleo"));

    assertThat(states()).containsExactly("planned 1", "accepted 1", "accepted 1");
    assertThat(paces.all()).isEmpty();
  }

  @Test
  void coolsARelayDownAndNotThePlatformForWhatTheRelaySays() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, DIRECT);
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).once();

    sender.send(batch("anna", "ben", "cleo"));

    assertThat(states()).containsExactly("planned 1", "accepted 1", "accepted 1");
    assertThat(server().statistics().messages().total()).as("direct").isEqualTo(2);
    assertThat(paces.coolDown("isp")).isEmpty();
    assertThat(paces.limits("isp", limits)).isEqualTo(limits);
    assertThat(paces.coolDown(RELAY_587)).isPresent();
    assertThat(sender.isCoolingDown("isp")).as("direct mail goes on").isFalse();
    assertThat(sender.lanesHeld(LaneSender.Held.REFUSED)).isZero();
  }

  @Test
  void takesARelayAtFullPaceAgainWhenItsCoolDownIsOver() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, DIRECT);
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).once();
    ClaimedBatch batch = batch(names(9));
    sender.send(part(batch, "isp", 0, 1));

    ahead = ahead.plus(MINUTE.plusSeconds(1));
    sender.send(part(batch, "isp", 1, 9));

    assertThat(relay.statistics().messages().total()).as("nobody waits in line").isEqualTo(8);
    assertThat(server().statistics().messages().total()).as("direct").isZero();
  }

  @Test
  void slowsALaneThatHasRelaysAlone() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, RELAY_465);
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).once();

    sender.send(batch("anna", "ben", "cleo"));

    assertThat(states()).containsExactly("planned 1", "planned 0", "planned 0");
    assertThat(held).hasSize(2).allSatisfy(why -> assertThat(why).contains(RATE_EXCEEDED));
    assertThat(paces.coolDown(RELAY_465)).as("by its other port, too").isPresent();
    assertThat(sender.isCoolingDown("isp")).as("no batch is claimed meanwhile").isTrue();
    ahead = ahead.plus(MINUTE.plusSeconds(1));
    assertThat(sender.isCoolingDown("isp")).isFalse();
    assertThat(paces.limits("isp", limits).messagesPerSecond())
        .as("six a minute, for nothing is known of it")
        .isEqualTo(0.1);
  }

  @Test
  void slowsALaneOfTwoRelaysAndLetsTheOtherOneGoOn() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, new Path("another", 587, TlsMode.STARTTLS));
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).once();

    sender.send(batch("anna"));

    assertThat(paces.coolDown(RELAY_587)).isPresent();
    assertThat(paces.coolDown("isp")).isEmpty();
    assertThat(sender.isCoolingDown("isp")).as("by the other one").isFalse();
    assertThat(paces.limits("isp", limits).messagesPerSecond()).isEqualTo(0.1);
  }

  @Test
  void holdsUpNoBrandThatHasAnotherWayThanItsPlatformsRow() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587);
    rowsOfOthers = List.of(DIRECT);
    ispOfRecipients = "brand";
    ClaimedBatch batch = batch("anna", "ben");
    database.execute("UPDATE delivery SET isp = 'brand'");
    paces.throttled(RELAY_587, clock.instant(), MINUTE, RATE_EXCEEDED);

    assertThat(sender.isCoolingDown("isp")).isFalse();
    sender.send(batch);

    assertThat(states()).containsExactly("accepted 1", "accepted 1");
    rowsOfOthers = List.of(RELAY_465);
    assertThat(sender.isCoolingDown("isp")).as("all ways are of that relay").isTrue();
  }

  @Test
  void doublesTheCoolDownOfARelayThatTakesNothingBetween() throws Exception {
    limits = new Limits(1, 100, 0);
    paths = List.of(RELAY_587, DIRECT);
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).always();
    ClaimedBatch batch = batch("anna", "ben");
    sender.send(part(batch, "isp", 0, 1));
    ahead = ahead.plus(MINUTE.plusSeconds(1));

    sender.send(part(batch, "isp", 1, 2));

    assertThat(paces.coolDown(RELAY_587).orElseThrow().until())
        .isAfter(clock.instant().plus(MINUTE));
    assertThat(
            database.texts("SELECT DISTINCT coalesce(to_rate, 0)::text FROM platform_pace_change"))
        .as("no rate is kept of a relay")
        .containsExactly("0");
    ahead = ahead.plus(MINUTE.multipliedBy(4));
    paces.learn();
    paces.learn();
    assertThat(paces.all()).as("remembered for as long again").isEmpty();
  }

  @Test
  void leavesTheSessionsOfANodeToDirectMailWhileARelayCoolsDown() throws Exception {
    limits = new Limits(2, 100, 0);
    rowsOfOthers = List.of(DIRECT);
    paths = List.of(RELAY_587);
    sessions = 1;
    relay.on(ServerPhase.MAIL).answer(454, "4.7.0", RATE_EXCEEDED).once();
    ClaimedBatch batch = batch(names(12));
    try (ConnectionSlots own = new ConnectionSlots(database.database());
        LaneSender few = node("few", own, paces);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> relayed = sending(threads, few, part(batch, "isp", 0, 6));
      Future<?> direct = sending(threads, few, part(batch, "elsewhere", 6, 12));

      relayed.get(20, TimeUnit.SECONDS);
      direct.get(20, TimeUnit.SECONDS);
    }

    assertThat(states().subList(0, 6)).containsOnly("planned 1", "planned 0");
    assertThat(states().subList(6, 12)).containsOnly("accepted 1");
    assertThat(paces.coolDown("elsewhere")).isEmpty();
  }

  @Test
  void isKnownToOtherNodesAndAfterARestart() throws Exception {
    limits = new Limits(4, 100, 20);
    server().on(ServerPhase.MAIL).answer(421, "4.7.28", "too many of you").once();
    sender.send(batch("anna"));

    Paces other = new Paces(new PaceStore(database.database(), "other"), this::rule, clock);
    assertThat(other.limits("isp", limits)).isEqualTo(limits);
    try (other) {
      other.start();
      assertThat(other.coolDown("isp")).isEqualTo(paces.coolDown("isp")).isPresent();
      assertThat(other.limits("isp", limits)).isEqualTo(paces.limits("isp", limits));
    }
  }

  @Test
  void comesBackToThePolicysLimitsByCleanMinutes() throws Exception {
    limits = new Limits(4, 100, 20);
    server().on(ServerPhase.MAIL).answer(421, "4.7.28", "too many of you").once();
    sender.send(batch("anna"));
    Pace pace = paces.all().getFirst();
    double slowest = paces.limits("isp", limits).messagesPerSecond();

    ahead = Duration.between(clock.instant().minus(ahead), pace.resumesAt().plus(MINUTE));
    assertThat(paces.coolDown("isp")).isEmpty();
    assertThat(paces.limits("isp", limits).messagesPerSecond()).isGreaterThan(slowest);
    ahead = ahead.plus(Duration.between(pace.resumesAt(), pace.overAt(limits)));
    paces.learn();

    assertThat(paces.limits("isp", limits)).isEqualTo(limits);
    assertThat(database.texts("SELECT kind FROM platform_pace_change ORDER BY id"))
        .containsExactly("slowed", "recovered");
  }

  @Override
  EffectiveRule rule(String ispId, String platform) {
    EffectiveRule rule = super.rule(ispId, platform);
    return rowsOfOthers.isEmpty() || (ispId.equals("isp") && platform.equals("isp"))
        ? rule
        : EffectiveRule.of(7, ispId, rowsOfOthers, limits, timeouts, rule.retry());
  }

  private static Future<?> sending(ExecutorService threads, LaneSender node, ClaimedBatch batch) {
    return threads.submit(
        () -> {
          node.send(batch);
          return null;
        });
  }

  private ClaimedBatch left(ClaimedBatch batch) {
    Set<String> planned =
        new HashSet<>(database.texts("SELECT address FROM delivery WHERE state = 'planned'"));
    return with(
        batch,
        batch.platform(),
        batch.deliveries().stream().filter(each -> planned.contains(each.address())).toList());
  }

  /** Some of the deliveries of a batch, as of a platform. */
  private static ClaimedBatch part(ClaimedBatch batch, String platform, int from, int to) {
    return with(batch, platform, batch.deliveries().subList(from, to));
  }

  private static ClaimedBatch with(
      ClaimedBatch batch, String platform, List<ClaimedDelivery> deliveries) {
    return new ClaimedBatch(
        batch.id(),
        batch.campaignId(),
        platform,
        batch.epoch(),
        batch.content(),
        batch.inDoubt(),
        batch.origin(),
        deliveries);
  }
}
