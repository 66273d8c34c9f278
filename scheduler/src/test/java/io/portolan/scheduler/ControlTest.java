package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.Eventually;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ControlTest {
  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();
  private final Semaphore messages = new Semaphore(0);

  @Test
  void sendsNothingWhilePausedAndTheRestOnceResumed() throws InterruptedException {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(2_000);
    node.scheduler().scheduleNow(campaign);
    messages.release(300);
    for (int i = 0; i < 300; i++) {
      node.sender().nextOffered();
    }

    node.scheduler().pause(campaign);
    messages.release(10_000);

    Eventually.holds("all senders have returned", () -> claimed() == 0);
    assertThat(node.sender().offeredCount())
        .as("messages that were under way, one for each lane's place")
        .isLessThanOrEqualTo(4);
    long accepted = fixture.campaigns().deliveries(campaign, "accepted");
    assertThat(accepted).isEqualTo(300 + node.sender().offeredCount());
    Eventually.holds(
        "every trigger is paused",
        () ->
            fixture
                .database()
                .texts("SELECT DISTINCT trigger_state FROM qrtz_triggers")
                .equals(List.of("PAUSED")));

    node.scheduler().resume(campaign);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 2_000);
  }

  @Test
  void closesTheGatesOfOtherNodes() {
    TestNode here = fixture.startNode();
    TestNode there = fixture.startNode();
    sendWhenAllowed(here);
    sendWhenAllowed(there);
    long campaign = fixture.draft(2_000);
    here.scheduler().scheduleNow(campaign);
    Eventually.holds("the other node's gate is open", () -> there.gate().isOpen(campaign));

    here.scheduler().pause(campaign);

    assertThat(here.gate().isOpen(campaign)).as("here at once").isFalse();
    Eventually.holds("the other node's gate is closed", () -> !there.gate().isOpen(campaign));
    messages.release(10_000);
    here.scheduler().resume(campaign);
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 2_000);
  }

  @Test
  void endsEveryOpenDeliveryOfACancelledCampaign() throws InterruptedException {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(5_000);
    node.scheduler().scheduleNow(campaign);
    messages.release(10);
    for (int i = 0; i < 10; i++) {
      node.sender().nextOffered();
    }

    node.scheduler().cancel(campaign);
    messages.release(10_000);

    Eventually.holds("all are made", () -> deliveries(campaign) == 5_000);
    Eventually.holds("all ended", () -> fixture.campaigns().deliveries(campaign, "planned") == 0);
    long accepted = fixture.campaigns().deliveries(campaign, "accepted");
    assertThat(accepted).isBetween(10L, 14L);
    assertThat(fixture.campaigns().deliveries(campaign, "cancelled")).isEqualTo(5_000 - accepted);
    assertThat(fixture.campaigns().rolledUp(campaign, "cancelled")).isEqualTo(5_000 - accepted);
    assertThat(fixture.state(campaign)).isEqualTo("cancelled");
    Eventually.holds(
        "no trigger is left",
        () -> fixture.database().number("SELECT count(*) FROM qrtz_triggers") == 0);
    assertThat(fixture.database().number("SELECT count(*) FROM qrtz_paused_trigger_grps")).isZero();
  }

  @Test
  void cancelsWhatIsPaused() {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(1_500);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is planned", () -> deliveries(campaign) == 1_500);
    node.scheduler().pause(campaign);
    messages.release(10);

    node.scheduler().cancel(campaign);

    Eventually.holds("all ended", () -> fixture.campaigns().deliveries(campaign, "planned") == 0);
    assertThat(fixture.database().number("SELECT count(*) FROM qrtz_paused_trigger_grps")).isZero();
  }

  @Test
  void refusesWhatTheLifecycleDoesNotAllow() {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(1);

    assertThatThrownBy(() -> node.scheduler().pause(campaign))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(() -> node.scheduler().resume(campaign))
        .isInstanceOf(ConflictException.class);
  }

  private void sendWhenAllowed(TestNode node) {
    node.sender()
        .follow(
            (_, _) -> {
              messages.acquire();
              return node.sender().accepted();
            });
  }

  private long claimed() {
    return fixture.database().number("SELECT count(*) FROM batch WHERE state = 'claimed'");
  }

  private long deliveries(long campaign) {
    return fixture
        .database()
        .number("SELECT count(*) FROM delivery WHERE campaign_id = ?", campaign);
  }
}
