package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.ConflictException;
import io.portolan.core.Eventually;
import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.guard.HoldStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
  void leavesWhatAPeerDeferredOrAGuardHoldsToItsTime() {
    TestNode node = fixture.startNode();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    node.sender()
        .follow(
            (_, delivery) -> {
              if (!seen.add(delivery.id())) {
                return node.sender().accepted();
              }
              return switch ((int) (delivery.id() % 3)) {
                case 0 -> withoutPath();
                case 1 -> new DeliveryOutcome.Held("guardrail: too many", inAnHour());
                default -> node.sender().deferred(inAnHour());
              };
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

  @Test
  void wakesWhatASenderStillHoldsForAGuardAMomentAfterItsRelease() {
    TestNode node = fixture.startNode();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    node.sender()
        .follow(
            (_, delivery) ->
                seen.add(delivery.id())
                    ? new DeliveryOutcome.Held(HoldStore.HELD + "too many", inAnHour())
                    : node.sender().accepted());
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is held", () -> held(campaign) == 20);

    fixture
        .database()
        .execute(
            """
            INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at, released_at)
            VALUES (?, 'gmail', 'hard-bounce', 9, 9, 'too many', now(), now())
            """,
            campaign);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 20);
  }

  @Test
  void pausesACampaignThatIsHeldAsAWholeThoughNobodyWasTold() {
    TestNode node = fixture.startNode();
    node.sender().follow((_, _) -> withoutPath());
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is held", () -> held(campaign) == 20);

    hold(campaign, "");

    fixture.awaitState(campaign, "paused");
  }

  @Test
  void sendsOnceWhatIsWokenAgainWhileItIsSent() throws Exception {
    TestNode here = fixture.startNode();
    TestNode there = fixture.startNode();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger sent = new AtomicInteger();
    for (TestNode node : List.of(here, there)) {
      node.sender()
          .follow(
              (_, delivery) -> {
                if (seen.add(delivery.id())) {
                  return new DeliveryOutcome.Held(HoldStore.HELD + "too many", inAnHour());
                }
                if (sent.incrementAndGet() == 10) {
                  reached.countDown();
                  await(released);
                }
                return node.sender().accepted();
              });
    }
    long campaign = fixture.draft(20);
    here.scheduler().scheduleNow(campaign);
    Eventually.holds("all is held", () -> held(campaign) == 20);
    hold(campaign);

    assertThat(overriddenByBoth(here, there, campaign)).as("one of them lifts it").isEqualTo(1);
    await(reached);
    hold(campaign);
    assertThat(overriddenByBoth(here, there, campaign)).as("held and lifted again").isEqualTo(1);
    fireAgain(claimed(campaign));
    released.countDown();

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 20);
    assertThat(sent).as("offered").hasValue(20);
  }

  /** The batch of a campaign that a node is sending. */
  private QueuedBatch claimed(long campaign) {
    return new QueuedBatch(
        fixture
            .database()
            .number("SELECT id FROM batch WHERE campaign_id = ? AND state = 'claimed'", campaign),
        campaign,
        "gmail",
        Instant.now());
  }

  /** Lets the trigger of a batch fire once more, and waits until that job is over. */
  private void fireAgain(QueuedBatch batch) {
    QuartzNode third =
        QuartzNode.create(fixture.database().database().dataSource(), TestNode.settings());
    try {
      new Triggers(third.scheduler()).replaceBatch(batch, Instant.now());
      Eventually.holds(
          "the job that is at work is left alone", () -> waits(batch) == 0 && fired(batch) == 1);
    } finally {
      third.shutDown();
    }
  }

  private long waits(QueuedBatch batch) {
    return fixture
        .database()
        .number(
            "SELECT count(*) FROM qrtz_triggers WHERE trigger_name = ?::bigint::text", batch.id());
  }

  private long fired(QueuedBatch batch) {
    return fixture
        .database()
        .number(
            "SELECT count(*) FROM qrtz_fired_triggers WHERE trigger_name = ?::bigint::text",
            batch.id());
  }

  private void hold(long campaign) {
    hold(campaign, "gmail");
  }

  private void hold(long campaign, String isp) {
    fixture
        .database()
        .execute(
            """
            INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
            VALUES (?, ?, 'hard-bounce', 9, 9, 'too many', now())
            """,
            campaign,
            isp);
  }

  /** How many of two overrides at the same time found something to lift. */
  private static long overriddenByBoth(TestNode here, TestNode there, long campaign)
      throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> calls =
          Stream.of(here, there)
              .<Callable<Boolean>>map(node -> () -> isOverridden(node, campaign))
              .toList();
      return threads.invokeAll(calls).stream().filter(Future::resultNow).count();
    }
  }

  private static boolean isOverridden(TestNode node, long campaign) {
    try {
      node.scheduler().override(campaign, "", "anna", "it is fine", _ -> new HoldStore.Steps(0, 0));
      return true;
    } catch (ConflictException e) {
      return false;
    }
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
