package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.delivery.DeliveryOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
            (_, delivery) ->
                seen.add(delivery.id())
                    ? new DeliveryOutcome.Held("no path is open", inAnHour())
                    : node.sender().accepted());
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
              return delivery.id() % 2 == 0
                  ? new DeliveryOutcome.Held("no path is open", inAnHour())
                  : node.sender().deferred(inAnHour());
            });
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds(
        "all waits",
        () ->
            fixture.database().number("SELECT count(*) FROM delivery WHERE not_before > now()")
                == 20);

    activate();

    Eventually.holds(
        "what was held is sent", () -> fixture.campaigns().deliveries(campaign, "accepted") == 10);
    assertThat(
            fixture
                .database()
                .number(
                    "SELECT count(*) FROM delivery WHERE state = 'planned' AND not_before > now()"))
        .isEqualTo(10);
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
