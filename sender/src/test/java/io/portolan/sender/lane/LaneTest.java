package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.suppression.MailOrigin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final Duration FIRST = Duration.ofMinutes(15);
  private static final Duration PATIENCE = Duration.ofMillis(20);
  private static final Duration TRIAL = Duration.ofSeconds(30);
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);

  private final TestClock clock = TestClock.create();
  private final Lane lane = new Lane("isp", "isp", 3);

  @Test
  void holdsBackAfterRefusalsInARow() {
    refuse();
    refuse();
    lane.accepted(LaneFixture.DIRECT);
    refuse();
    refuse();
    assertThat(hold()).isEmpty();

    Optional<Lane.Hold> begun = refuse();

    assertThat(begun).map(Lane.Hold::until).hasValue(clock.instant().plus(FIRST));
    assertThat(hold()).isEqualTo(begun);
    assertThat(lane.isHeld()).isTrue();
  }

  @Test
  void letsOneThroughToTryWhenAHoldIsOver() {
    refuseUntilHeld();
    clock.advance(FIRST);

    assertThat(hold()).as("it tries").isEmpty();
    assertThat(hold()).as("the others wait for what becomes of it").isPresent();
    clock.advance(TRIAL);
    assertThat(hold()).as("another tries when nothing became of it").isEmpty();
  }

  @Test
  void opensWhenTheTrialIsTaken() {
    refuseUntilHeld();
    clock.advance(FIRST);
    assertThat(hold()).isEmpty();

    lane.accepted(LaneFixture.DIRECT);

    assertThat(hold()).isEmpty();
    assertThat(hold()).isEmpty();
    assertThat(lane.isHeld()).isFalse();
  }

  @Test
  void doublesItsOwnHoldWithEachTrialThatFailsUpToAnHour() {
    refuseUntilHeld();

    for (int minutes : new int[] {15, 30, 60, 60}) {
      assertThat(hold())
          .map(Lane.Hold::until)
          .hasValue(clock.instant().plus(Duration.ofMinutes(minutes)));
      clock.advance(Duration.ofMinutes(minutes));
      assertThat(hold()).isEmpty();
      assertThat(refuse()).as("said once").isEmpty();
    }
  }

  @Test
  void countsWhatWasUnderWayAsTheHoldBeganForNothing() {
    refuseUntilHeld();
    Instant end = clock.instant().plus(FIRST);
    clock.advance(Duration.ofSeconds(5));

    assertThat(refuse()).isEmpty();

    assertThat(hold()).map(Lane.Hold::until).hasValue(end);
  }

  @Test
  void leavesARelayAfterRefusalsInARowAndThenAtEachUntilAMessageIsTaken() {
    assertThat(lane.routeRefused()).isFalse();
    assertThat(lane.routeRefused()).isFalse();
    assertThat(lane.routeRefused()).isTrue();
    assertThat(lane.routeRefused()).isTrue();
    assertThat(hold()).as("other routes are open").isEmpty();

    lane.accepted(LaneFixture.DIRECT);

    assertThat(lane.routeRefused()).isFalse();
  }

  @Test
  void keepsThePaceOfASlotWhenItsRateChanges() {
    assertThat(lane.pace(0, 1, 0)).isZero();
    assertThat(lane.pace(0, 2, 0)).isEqualTo(1_000_000_000);
    assertThat(lane.pace(0, 1, 0)).isEqualTo(1_500_000_000);
    assertThat(lane.pace(1, 1, 0)).as("of another slot").isZero();
  }

  @Test
  void sparesAPathForAWhile() {
    lane.spare(DIRECT, clock.instant().plusSeconds(60));

    assertThat(lane.mayMoveTo(DIRECT, clock.instant())).isFalse();
    clock.advance(Duration.ofSeconds(60));
    assertThat(lane.mayMoveTo(DIRECT, clock.instant())).isTrue();
  }

  @Test
  void setsADeliveryAsideForOneWorkerUntilItIsHeldUp() throws InterruptedException {
    BatchRun run = new BatchRun(batch(3), clock.instant());
    List<BatchRun.Item> items =
        run.batch().deliveries().stream().map(each -> new BatchRun.Item(run, each)).toList();
    assertThat(lane.add(items, 2)).isEqualTo(2);

    assertThat(lane.reserve(_ -> true)).hasValue(items.get(0));
    assertThat(lane.take(PATIENCE, _ -> true)).as("the others go on").hasValue(items.get(1));
    assertThat(lane.reserve(_ -> true)).as("as many workers as deliveries").isEmpty();
    assertThat(lane.redeem(items.get(0))).isTrue();
    assertThat(lane.redeem(items.get(0))).isFalse();

    lane.add(List.of(items.get(0)), 2);
    assertThat(lane.reserve(item -> item.equals(items.get(0)))).hasValue(items.get(0));
    lane.giveBack(items.get(0));
    assertThat(lane.take(PATIENCE, _ -> true)).hasValue(items.get(0));

    lane.add(List.of(items.get(0)), 2);
    assertThat(lane.reserve(item -> item.equals(items.get(0)))).hasValue(items.get(0));
    assertThat(lane.take(PATIENCE, _ -> true)).hasValue(items.get(2));
    assertThat(lane.isIdle()).isFalse();
    assertThat(lane.take(PATIENCE, _ -> true)).as("of the other's").hasValue(items.get(0));
    assertThat(lane.redeem(items.get(0))).isFalse();
  }

  @Test
  void leavesWhatIsSetAsideToo() throws InterruptedException {
    BatchRun run = new BatchRun(batch(1), clock.instant());
    lane.add(List.of(new BatchRun.Item(run, run.batch().deliveries().getFirst())), 1);
    assertThat(lane.reserve(_ -> true)).isPresent();

    lane.leaveUnless(_ -> false);

    assertThat(run.join(Duration.ZERO)).isTrue();
  }

  private static ClaimedBatch batch(int size) {
    CampaignContent content =
        new CampaignContent("", "a@b.example", "", "Hi", "", "x", MissingField.EMPTY);
    List<ClaimedDelivery> deliveries =
        LongStream.range(0, size)
            .mapToObj(
                id ->
                    new ClaimedDelivery(
                        id,
                        id,
                        "r" + id + "@isp.test",
                        "isp.test",
                        "isp",
                        0,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
            .toList();
    return new ClaimedBatch(
        1, 1, "isp", 1, content, InDoubt.RESEND, MailOrigin.UNKNOWN, deliveries);
  }

  private void refuseUntilHeld() {
    refuse();
    refuse();
    refuse();
  }

  private Optional<Lane.Hold> refuse() {
    return lane.refused("554 go away", clock.instant(), FIRST);
  }

  private Optional<Lane.Hold> hold() {
    return lane.hold(clock.instant(), TRIAL);
  }
}
