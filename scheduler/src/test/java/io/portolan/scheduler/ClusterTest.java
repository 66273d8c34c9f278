package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.database.Database;
import io.portolan.core.delivery.ClaimedBatch;
import java.io.File;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();
  @TempDir File folder;

  @Test
  void twoNodesSendToTenThousandEachExactlyOnce() {
    // neither may take all batches before the other has looked for any
    TestNode one = fixture.startNode(withThreads(TestNode.settings(), 2));
    TestNode two = fixture.startNode(withThreads(TestNode.settings(), 2));
    CountDownLatch oneSends = new CountDownLatch(1);
    CountDownLatch twoSends = new CountDownLatch(1);
    one.sender().follow(meeting(one, oneSends, twoSends));
    two.sender().follow(meeting(two, twoSends, oneSends));
    long list = fixture.campaigns().list();
    fixture.campaigns().recipients(list, "gmail.com", 5_000);
    fixture.campaigns().recipients(list, "yahoo.com", 3_000);
    fixture.campaigns().recipients(list, "gmx.net", 2_000);
    long campaign = fixture.campaigns().draft(list, Optional.empty());

    one.scheduler().scheduleNow(campaign);

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 10_000);
    assertThat(one.sender().offeredCount() + two.sender().offeredCount()).isEqualTo(10_000);
    assertThat(one.sender().offeredCount()).isPositive();
    assertThat(two.sender().offeredCount()).isPositive();
  }

  private static TestingBatchSender.Script meeting(
      TestNode node, CountDownLatch mine, CountDownLatch others) {
    return (_, _) -> {
      mine.countDown();
      assertThat(others.await(30, TimeUnit.SECONDS)).as("the other node sends, too").isTrue();
      return node.sender().accepted();
    };
  }

  private static SchedulerSettings withThreads(SchedulerSettings settings, int threads) {
    return new SchedulerSettings(
        settings.node(),
        threads,
        settings.chunkSize(),
        settings.batchesAhead(),
        settings.checkinInterval(),
        settings.reconcileInterval(),
        settings.stopGrace(),
        settings.attemptDaysKept());
  }

  @Test
  void finishesWhatAKilledProcessHadBegun() throws IOException, InterruptedException {
    long campaign = fixture.draft(3_000);
    try (NodeProcess doomed =
        NodeProcess.start(fixture.database().settings(), 700, new File(folder, "doomed.log"))) {
      fixture
          .database()
          .execute(
              "UPDATE campaign SET state = 'scheduled', launch_at = now() WHERE id = ?", campaign);
      Eventually.holds(
          "the process has sent its messages and hangs",
          () -> {
            assertThat(doomed.isAlive()).isTrue();
            return fixture.campaigns().deliveries(campaign, "accepted") == 700;
          });
      doomed.kill();
    }
    List<String> dead = fixture.database().texts("SELECT instance_name FROM qrtz_scheduler_state");
    assertThat(dead).hasSize(1);
    assertThat(claimedBy(dead.getFirst())).isPositive();

    fixture.startNode();

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 3_000);
    assertThat(fixture.database().texts("SELECT instance_name FROM qrtz_scheduler_state"))
        .doesNotContainAnyElementsOf(dead)
        .hasSize(1);
  }

  @Test
  void takesOverFromAFrozenNodeThatWaitsForLocksOnSeveralConnections() throws Exception {
    TestNode node = fixture.startNode();
    long campaign = fixture.draft(10);
    try (Database frozen = Database.openFor("frozen", fixture.database().settings());
        Connection first = frozen.dataSource().getConnection();
        Statement statement = first.createStatement()) {
      // as long as several connections that get the lock one after the other
      statement.execute("SET idle_in_transaction_session_timeout = 0");
      statement.execute("BEGIN");
      fixture
          .database()
          .execute(
              """
              INSERT INTO qrtz_scheduler_state (sched_name, instance_name, last_checkin_time, checkin_interval)
              VALUES ('portolan', 'frozen', (extract(epoch FROM now()) * 1000)::bigint, 1000)
              """);
      statement.execute("LOCK TABLE qrtz_locks IN ACCESS EXCLUSIVE MODE");

      Eventually.value(
          "nodes in the cluster",
          Duration.ofSeconds(30),
          () -> fixture.database().texts("SELECT instance_name FROM qrtz_scheduler_state"),
          nodes -> nodes.equals(List.of(node.scheduler().nodeName())));
      node.scheduler().scheduleNow(campaign);
      fixture.awaitState(campaign, "finished");
    }
  }

  @Test
  void takesOverAtOnceFromANodeThatStops() throws InterruptedException {
    TestNode leaving = fixture.startNode();
    Semaphore messages = new Semaphore(0);
    leaving
        .sender()
        .follow(
            (_, _) -> {
              messages.acquire();
              return leaving.sender().accepted();
            });
    long campaign = fixture.draft(3_000);
    leaving.scheduler().scheduleNow(campaign);
    messages.release(600);
    for (int i = 0; i < 600; i++) {
      leaving.sender().nextOffered();
    }
    Thread closing = Thread.ofPlatform().start(() -> leaving.scheduler().close());
    Eventually.holds("its gates are shut", () -> !leaving.gate().isOpen(campaign));
    messages.release(10_000);
    closing.join();

    assertThat(fixture.database().number("SELECT count(*) FROM qrtz_scheduler_state")).isZero();
    assertThat(fixture.database().number("SELECT count(*) FROM qrtz_fired_triggers")).isZero();
    assertThat(claimedBy(leaving.scheduler().nodeName())).isZero();
    assertThat(
            fixture
                .database()
                .number("SELECT count(*) FROM qrtz_triggers WHERE trigger_state = 'WAITING'"))
        .isPositive();

    fixture.startNode();
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 3_000);
  }

  @Test
  void cutsAMessageShortThatOutlastsTheGraceOfAStop() throws InterruptedException {
    SchedulerSettings settings = TestNode.settings();
    TestNode leaving =
        fixture.startNode(
            new SchedulerSettings(
                settings.node(),
                settings.threads(),
                settings.chunkSize(),
                settings.batchesAhead(),
                settings.checkinInterval(),
                settings.reconcileInterval(),
                Duration.ofMillis(100),
                0));
    Semaphore begun = new Semaphore(0);
    Semaphore never = new Semaphore(0);
    leaving
        .sender()
        .follow(
            (_, _) -> {
              begun.release();
              never.acquire();
              return leaving.sender().accepted();
            });
    long campaign = fixture.draft(10);
    leaving.scheduler().scheduleNow(campaign);
    begun.acquire();

    leaving.scheduler().close();

    assertThat(fixture.database().texts("SELECT state || ' ' || size FROM batch"))
        .containsExactly("queued 10");
    fixture.startNode();
    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 10);
  }

  @Test
  void writesNothingUnderAClaimThatWasTakenAway() throws InterruptedException {
    TestNode node = fixture.startNode();
    Semaphore messages = new Semaphore(0);
    node.sender()
        .follow(
            (batch, _) -> {
              if (batch.epoch() == 1) {
                messages.acquire();
              }
              return node.sender().accepted();
            });
    long campaign = fixture.draft(20);
    node.scheduler().scheduleNow(campaign);
    messages.release(5);
    ClaimedBatch claimed = node.sender().nextOffered().batch();
    Eventually.holds(
        "five are sent", () -> fixture.campaigns().deliveries(campaign, "accepted") == 5);

    fixture
        .database()
        .execute("UPDATE batch SET epoch = epoch + 1, state = 'queued', claimed_by = NULL");
    messages.release(100);

    fixture.awaitState(campaign, "finished");
    assertThat(claimed.epoch()).isEqualTo(1);
    assertThat(fixture.campaigns().deliveries(campaign, "accepted")).isEqualTo(20);
    assertThat(fixture.campaigns().rolledUp(campaign, "accepted")).isEqualTo(20);
  }

  @Test
  void plansOnWhereAnotherNodeStopped() {
    TestNode idle = fixture.createNode();
    long campaign = fixture.draft(2_500);
    fixture
        .database()
        .execute(
            "UPDATE campaign SET state = 'running', launched_at = now(), launch_at = now() WHERE id = ?",
            campaign);
    new PlanStore(fixture.database().database())
        .planChunk(campaign, 1_000, Instant.now(), Instant.EPOCH);

    idle.scheduler().start();

    fixture.awaitState(campaign, "finished");
    fixture.assertEachAcceptedOnce(campaign, 2_500);
  }

  private long claimedBy(String node) {
    return fixture
        .database()
        .number("SELECT count(*) FROM batch WHERE state = 'claimed' AND claimed_by = ?", node);
  }
}
