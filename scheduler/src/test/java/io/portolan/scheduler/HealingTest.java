package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignState;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HealingTest {
  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();
  private final Semaphore messages = new Semaphore(0);

  @Test
  void storesTriggersThatWereLost() {
    long campaign = plannedToWait();

    // under the lock of Quartz, which may be storing a trigger at this moment
    fixture
        .database()
        .execute(
            """
            DO $$
            BEGIN
              PERFORM FROM qrtz_locks WHERE lock_name = 'TRIGGER_ACCESS' FOR UPDATE;
              DELETE FROM qrtz_simple_triggers;
              DELETE FROM qrtz_triggers;
            END $$
            """);
    messages.release(10_000);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 3_000);
  }

  @Test
  void replacesTriggersThatQuartzHasGivenUp() {
    long campaign = plannedToWait();

    fixture.database().execute("UPDATE qrtz_triggers SET trigger_state = 'ERROR'");
    messages.release(10_000);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 3_000);
  }

  @Test
  void bringsTriggersForwardWhoseBatchesAreDue() {
    long campaign = plannedToWait();

    // as if who made the batches due had died before it moved their triggers
    fixture
        .database()
        .execute(
            """
            DO $$
            BEGIN
              PERFORM FROM qrtz_locks WHERE lock_name = 'TRIGGER_ACCESS' FOR UPDATE;
              UPDATE qrtz_triggers SET next_fire_time = next_fire_time + 3600000;
            END $$
            """);
    messages.release(10_000);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 3_000);
  }

  @Test
  void answersForAChangeThatIsStoredThoughQuartzCannotFollowYet() {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(10);
    fixture.database().execute("ALTER TABLE qrtz_triggers RENAME TO qrtz_triggers_away");

    Campaign scheduled = node.scheduler().scheduleNow(campaign);

    fixture.database().execute("ALTER TABLE qrtz_triggers_away RENAME TO qrtz_triggers");
    assertThat(scheduled.state()).isEqualTo(CampaignState.SCHEDULED);
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 10);
  }

  @Test
  void launchesACampaignWhoseTriggerWasLost() {
    fixture.startNode();
    long campaign = fixture.draft(10);

    fixture
        .database()
        .execute(
            "UPDATE campaign SET state = 'scheduled', launch_at = now() WHERE id = ?", campaign);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 10);
  }

  @Test
  void pausesAndResumesGroupsAsTheirCampaignsSay() {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(1_000);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("it is launched", () -> fixture.state(campaign).equals("running"));

    fixture.campaigns().moveTo(campaign, "paused");
    Eventually.holds("the group is paused", () -> pausedGroups() == 1);
    fixture.campaigns().moveTo(campaign, "running");
    Eventually.holds("the group is not paused", () -> pausedGroups() == 0);
    messages.release(10_000);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 1_000);
  }

  @Test
  void endsWhatACrashLeftOfACancelledCampaign() {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(1_500);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds(
        "all is planned", () -> fixture.campaigns().deliveries(campaign, "planned") == 1_500);

    fixture.campaigns().moveTo(campaign, "cancelled");
    messages.release(10_000);

    Eventually.holds("all ended", () -> fixture.campaigns().deliveries(campaign, "planned") == 0);
    Eventually.holds(
        "no trigger is left",
        () -> fixture.database().number("SELECT count(*) FROM qrtz_triggers") == 0);
  }

  @Test
  void finishesACampaignThatWasDoneWhenItsNodeDied() {
    long campaign = fixture.draft(10);
    fixture
        .database()
        .execute(
            "UPDATE campaign SET state = 'running', launched_at = now(), planned_at = now() WHERE id = ?",
            campaign);

    fixture.startNode();

    fixture.awaitState(campaign, "finished");
  }

  @Test
  void goesOnWhenTheDatabaseComesBack() throws InterruptedException {
    TestNode node = fixture.startNode();
    node.sender()
        .follow(
            (_, _) -> {
              LockSupport.parkNanos(200_000);
              return node.sender().accepted();
            });
    long campaign = fixture.draft(6_000);
    node.scheduler().scheduleNow(campaign);
    node.sender().nextOffered();

    for (int i = 0; i < 20; i++) {
      fixture.database().disconnectAll();
      LockSupport.parkNanos(100_000_000);
    }

    assertThat(fixture.state(campaign)).isEqualTo("running");
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 6_000);
  }

  /** A campaign of 3,000 that is planned, and of which nothing goes out before it is allowed. */
  private long plannedToWait() {
    TestNode node = fixture.startNode();
    sendWhenAllowed(node);
    long campaign = fixture.draft(3_000);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds(
        "all is planned", () -> fixture.campaigns().deliveries(campaign, "planned") == 3_000);
    return campaign;
  }

  private void sendWhenAllowed(TestNode node) {
    node.sender()
        .follow(
            (_, _) -> {
              messages.acquire();
              return node.sender().accepted();
            });
  }

  private long pausedGroups() {
    return fixture.database().number("SELECT count(*) FROM qrtz_paused_trigger_grps");
  }
}
