package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.policy.PauseRule.Scope;
import io.portolan.core.relay.Relay;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.lane.LaneSender.Held;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Which lanes hold back, and why, as metrics tell it. */
class LaneHeldTest extends LaneFixture {
  private record Told(Relay relay, RouteHold hold, Instant at) {}

  @Test
  void countsAPlatformWhoseWaysAreAllClosedUntilItsMailFindsOne() throws Exception {
    network.block(25, Block.REJECT);
    ClaimedBatch batch = batch("anna");

    sender.send(batch);

    assertThat(states()).containsExactly("planned 0");
    assertThat(heldLanes()).containsExactly(0, 0, 1);

    network.unblock(25);
    ahead = Duration.ofMinutes(5);
    reopenPaths();
    assertThat(sender.lanesHeld(Held.WAYS_CLOSED))
        .as("its mail comes back within a minute, and is held till then")
        .isOne();
    sender.send(batch);

    assertThat(states()).containsExactly("accepted 1");
    assertThat(heldLanes()).containsExactly(0, 0, 0);
  }

  @Test
  void leavesUntouchedWhatAGuardrailHoldsFromItsTurnOn() throws Exception {
    limits = new Limits(1, 100, 5);
    beforeEachMessage =
        () -> {
          if (server().statistics().messages().total() == 2) {
            heldIsps.add(ispOfRecipients);
          }
        };

    sender.send(batch(names(6)));

    assertThat(states())
        .containsExactlyInAnyOrder(
            "accepted 1", "accepted 1", "planned 0", "planned 0", "planned 0", "planned 0");
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE first_held_at IS NOT NULL OR not_before IS NOT NULL OR held_because IS NOT NULL"))
        .isZero();
  }

  @Test
  void countsNoPlatformWhoseHeldMailNeverCameBack() throws Exception {
    network.block(25, Block.REJECT);
    sender.send(batch("anna"));
    assertThat(sender.lanesHeld(Held.WAYS_CLOSED)).isOne();

    ahead = Duration.ofMinutes(7);

    assertThat(heldLanes()).containsExactly(0, 0, 0);
  }

  @Test
  void countsNoPlatformForAMessageThatIsPinnedToAClosedRoute() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    network.block(25, Block.REJECT);
    ClaimedBatch batch = batch("anna");
    ClaimedDelivery anna = batch.deliveries().getFirst();
    ClaimedDelivery pinned =
        new ClaimedDelivery(
            anna.id(),
            anna.recipientId(),
            anna.address(),
            anna.domain(),
            anna.isp(),
            anna.attempts(),
            anna.attributes(),
            anna.firstAttemptAt(),
            anna.agesSince(),
            Optional.of(DIRECT.route()),
            anna.lastCause());

    sender.send(
        new ClaimedBatch(
            batch.id(),
            batch.campaignId(),
            batch.platform(),
            batch.epoch(),
            batch.content(),
            batch.inDoubt(),
            batch.origin(),
            List.of(pinned)));

    assertThat(states()).containsExactly("planned 0");
    assertThat(heldLanes()).as("the relay takes all other mail").containsExactly(0, 0, 0);
  }

  @Test
  void countsAPlatformThatThePolicyPauses() throws Exception {
    pauses = List.of(new PauseRule("421", Duration.ofMinutes(10), Scope.PLATFORM));
    server().on(ServerPhase.RCPT).answer(421, "4.7.0", "slow down").always();

    sender.send(batch("anna"));

    assertThat(heldLanes()).containsExactly(0, 1, 0);
    ahead = Duration.ofMinutes(11);
    assertThat(heldLanes()).containsExactly(0, 0, 0);
  }

  @Test
  void tellsOfALoginThatARelayRefusesAndCountsThePlatformThatHasNoOtherWay() throws Exception {
    List<Told> told = new CopyOnWriteArrayList<>();
    health.onLoginRefused((relay, hold, at) -> told.add(new Told(relay, hold, at)));
    paths = List.of(RELAY_587);
    limits = new Limits(1, 20, 0);
    relay.on(ServerPhase.AUTH).answer(535, "5.7.8", "Authentication credentials invalid").always();

    sender.send(batch("anna", "ben"));

    assertThat(states()).containsOnly("planned 0");
    assertThat(told)
        .singleElement()
        .satisfies(each -> assertThat(each.relay().name()).isEqualTo("relay"))
        .satisfies(each -> assertThat(each.hold().reply()).contains("535", "credentials invalid"))
        .satisfies(each -> assertThat(each.hold().until()).isAfter(each.at()));
    assertThat(heldLanes()).containsExactly(0, 0, 1);
  }

  @Test
  void tellsThatThereIsNoLoginToOffer() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    health.onLoginRefused((relay, hold, at) -> told.add(relay.name() + ": " + hold.reply()));
    paths = List.of(RELAY_587);
    password = "";
    sender.close();
    sender = node("test", slots, paces);

    sender.send(batch("anna"));

    assertThat(told).singleElement().asString().startsWith("relay: ").contains("PASSWORD");
  }

  /** How many are refused, paused, and without a way. */
  private List<Integer> heldLanes() {
    return List.of(
        sender.lanesHeld(Held.REFUSED),
        sender.lanesHeld(Held.PAUSED),
        sender.lanesHeld(Held.WAYS_CLOSED));
  }
}
