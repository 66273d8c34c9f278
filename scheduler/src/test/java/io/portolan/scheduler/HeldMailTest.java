package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.DeliveryOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mail that is held goes on when a policy is activated that may have a way for it. */
class HeldMailTest {
  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();

  @Test
  void goesOnWhenAPolicyIsActivated() {
    TestNode node = fixture.startNode();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    node.sender()
        .follow(
            (_, delivery) -> seen.add(delivery.id()) ? withoutPath() : node.sender().accepted());
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is held", () -> held(campaign) == 20);

    activate();

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 20);
  }

  @Test
  void leavesWhatAPeerDeferredToItsTime() {
    TestNode node = fixture.startNode();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    node.sender()
        .follow(
            (_, delivery) -> {
              if (!seen.add(delivery.id())) {
                return node.sender().accepted();
              }
              return delivery.id() % 3 == 0 ? withoutPath() : node.sender().deferred(inAnHour());
            });
    long campaign = fixture.draft(21);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all waits", () -> waiting() == 21);

    activate();

    Eventually.holds(
        "what had no path is sent",
        () -> fixture.campaigns().deliveries(campaign, "accepted") == 7);
    assertThat(waiting()).isEqualTo(14);
  }

  @Test
  void wakesWhatASenderStillHoldsByTheOldPolicyAMomentAfterTheNewOne() {
    TestNode node = fixture.startNode();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    node.sender()
        .follow(
            (_, delivery) -> {
              if (!seen.add(delivery.id())) {
                return node.sender().accepted();
              }
              if (seen.size() == 20) {
                // the last one: its batch is claimed while the policy changes
                reached.countDown();
                await(released);
              }
              return withoutPath();
            });
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    await(reached);

    activate();
    released.countDown();

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 20);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DeliveryOutcome withoutPath() {
    return new DeliveryOutcome.Held(DeliveryOutcome.Held.NO_PATH + "all are left", inAnHour());
  }

  private long waiting() {
    return fixture
        .database()
        .number("SELECT count(*) FROM delivery WHERE state = 'planned' AND not_before > now()");
  }

  private long held(long campaign) {
    return fixture
        .database()
        .number(
            "SELECT count(*) FROM delivery WHERE campaign_id = ? AND held_because IS NOT NULL",
            campaign);
  }

  private void activate() {
    fixture
        .database()
        .execute(
            """
            WITH made AS (
                INSERT INTO port_policy (version, document, author) VALUES (7, '{}', 'test') RETURNING version)
            INSERT INTO port_policy_activation (version, author) SELECT version, 'test' FROM made
            """);
  }

  private static Instant inAnHour() {
    return Instant.now().plus(Duration.ofHours(1));
  }
}
