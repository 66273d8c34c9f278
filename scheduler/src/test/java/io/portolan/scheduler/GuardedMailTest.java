package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.ConflictException;
import io.portolan.core.Eventually;
import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.guard.HoldStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a guardrail holds costs nothing while it waits, and goes on at once when it is let. */
class GuardedMailTest {
  private static final int HELD = 5_000;
  private static final int OTHERS = 300;

  /** Rows that nothing has changed since they were planned. */
  private static final String AS_PLANNED =
      """
      SELECT count(*) FROM delivery
       WHERE campaign_id = ? AND isp = 'aol' AND state = 'planned' AND xmax = 0 AND xmin::text::bigint <= ?
      """;

  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();

  @Test
  void writesNothingOfWhatIsHeldWhileTheOthersAreSentAndSendsItWhenItIsLetGoOn() {
    TestNode node = fixture.startNode();
    long campaign = mixed();
    hold(campaign, "aol");
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("planned", () -> deliveries(campaign, "isp = 'aol'") == HELD);
    long planned = fixture.database().number("SELECT txid_current()");

    Eventually.holds(
        "all others are sent, and no batch is at work or due",
        () ->
            fixture.campaigns().deliveries(campaign, "accepted") == 2 * OTHERS
                && atWorkOrDue(campaign) == 0);

    assertThat(node.sender().offeredCount()).isEqualTo(2 * OTHERS);
    assertThat(fixture.database().number(AS_PLANNED, campaign, planned)).isEqualTo(HELD);
    assertThat(putBack(campaign)).isBetween(5L, 7L);
    assertThat(fixture.state(campaign)).isEqualTo("running");

    node.scheduler()
        .override(campaign, "aol", "anna", "it is fine", _ -> new HoldStore.Steps(0, 0));

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, HELD + 2 * OTHERS);
  }

  /** People at two brands of a platform, in turn, and at another. */
  private long mixed() {
    long list = fixture.campaigns().list();
    fixture.campaigns().recipients(list, "yahoo.com", OTHERS);
    fixture.campaigns().recipients(list, "aol.com", HELD);
    fixture.campaigns().recipients(list, "gmail.com", OTHERS);
    return fixture.campaigns().draft(list, Optional.empty());
  }

  @Test
  void leavesUntouchedWhatASenderHasWhenAGuardHoldsIt() {
    TestNode node = fixture.startNode();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger sent = new AtomicInteger();
    node.sender()
        .follow(
            (_, _) -> {
              if (sent.incrementAndGet() == 10) {
                reached.countDown();
                await(released);
              }
              return node.sender().accepted();
            });
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    await(reached);

    hold(campaign, "gmail");
    Eventually.holds("the node knows", () -> node.gate().isHeld(campaign, "gmail"));
    released.countDown();

    Eventually.holds("the rest is put back", () -> putBack(campaign) == 1);
    assertThat(deliveries(campaign, "state = 'accepted'")).isEqualTo(10);
    assertThat(deliveries(campaign, "held_because IS NOT NULL OR not_before IS NOT NULL")).isZero();
  }

  @Test
  void wakesWhatAClaimHasPutBackAMomentAfterTheRelease() {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(20);
    hold(campaign, "gmail");
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is put back", () -> putBack(campaign) == 1);

    fixture.database().execute("UPDATE campaign_hold SET released_at = now()");

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 20);
  }

  @Test
  void pausesACampaignThatIsHeldAsAWholeThoughNobodyWasTold() {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(20);
    hold(campaign, "gmail");
    node.scheduler().scheduleNow(campaign);
    Eventually.holds("all is put back", () -> putBack(campaign) == 1);

    hold(campaign, "");

    fixture.awaitState(campaign, "paused");
  }

  @Test
  void sendsOnceWhatIsWokenAgainWhileItIsSent() throws Exception {
    TestNode here = fixture.startNode();
    TestNode there = fixture.startNode();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger sent = new AtomicInteger();
    for (TestNode node : List.of(here, there)) {
      node.sender()
          .follow(
              (_, _) -> {
                if (sent.incrementAndGet() == 10) {
                  reached.countDown();
                  await(released);
                }
                return node.sender().accepted();
              });
    }
    long campaign = fixture.draft(20);
    hold(campaign, "gmail");
    here.scheduler().scheduleNow(campaign);
    Eventually.holds("all is put back", () -> putBack(campaign) == 1);

    assertThat(overriddenByBoth(here, there, campaign)).as("one of them lifts it").isEqualTo(1);
    await(reached);
    hold(campaign, "gmail");
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

  private long putBack(long campaign) {
    return fixture
        .database()
        .number(
            "SELECT count(*) FROM batch WHERE campaign_id = ? AND state = 'queued' AND due_at > now() + interval '50 min'",
            campaign);
  }

  private long atWorkOrDue(long campaign) {
    return fixture
        .database()
        .number(
            """
            SELECT count(*) FROM batch
             WHERE campaign_id = ? AND (state = 'claimed' OR (state = 'queued' AND due_at <= now() + interval '50 min'))
            """,
            campaign);
  }

  private long deliveries(long campaign, String condition) {
    return fixture
        .database()
        .number("SELECT count(*) FROM delivery WHERE campaign_id = ? AND " + condition, campaign);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
