package io.portolan.core.recorder;

import static io.portolan.core.recorder.Recorded.APPLIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.Eventually;
import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.database.TestOutage;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ResultRecorderOutageTest extends ResultRecorderFixture {
  @Test
  void resultsOutliveALostConnectionAndCountOnce() throws Exception {
    ClaimedBatch batch = claimedBatch(400, 1);
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    try (ResultRecorder recorder = recorder()) {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        done.add(recorder.record(batch, delivery, new Accepted(attempt("250 ok"))));
        if (delivery.id() % 40 == 0) {
          database.disconnectAll();
        }
      }
      for (CompletableFuture<Recorded> each : done) {
        assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      }
    }
    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(400);
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(400);
    assertThat(database.number("SELECT sum(count) FROM result_rollup")).isEqualTo(400);
  }

  @Test
  void aStatementThatRanOutOfTimeIsTriedAgain() throws Exception {
    database.execute("CREATE SEQUENCE refusals");
    database.execute(
        """
        CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          -- a sequence keeps its count though the transaction is rolled back
          IF nextval('refusals') <= 2 THEN RAISE EXCEPTION 'statement timeout' USING ERRCODE = '57014'; END IF;
          RETURN NEW;
        END $$
        """);
    database.execute(
        "CREATE TRIGGER give_up BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION give_up()");
    ClaimedBatch batch = claimedBatch(1, 1);

    assertThat(acceptAll(batch, "250 ok")).containsExactly(APPLIED);
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(1);
  }

  @Test
  void noMoreIsOutstandingThanOneGroup() throws Exception {
    ClaimedBatch batch = claimedBatch(11, 1);
    try (Connection other = database.database().dataSource().getConnection();
        ResultRecorder recorder = recorder(database.database(), 10)) {
      other.setAutoCommit(false);
      Sql.list(other, "SELECT id FROM delivery FOR UPDATE", row -> row.number("id"));
      AtomicInteger handedOver = new AtomicInteger();
      Thread courier =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (ClaimedDelivery delivery : batch.deliveries()) {
                        var _ = recorder.record(batch, delivery, new Accepted(attempt("250 ok")));
                        handedOver.incrementAndGet();
                      }
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  });
      Eventually.holds(
          "the eleventh waits for room",
          () -> handedOver.get() == 10 && courier.getState() == Thread.State.WAITING);

      other.rollback();
      courier.join();
    }
    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(11);
  }

  @Test
  void aCommitThatIsStillUnderWayIsWaitedFor() throws Exception {
    database.execute(
        """
        CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$
        """);
    database.execute(
        """
        CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE ON delivery DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()
        """);
    ClaimedBatch batch = claimedBatch(1, 1);
    try (TestOutage network = new TestOutage(database.settings());
        Database through = Database.open(network.settings());
        Connection other = database.database().dataSource().getConnection();
        ResultRecorder recorder = recorder(through, 10)) {
      other.setAutoCommit(false);
      Sql.first(other, "SELECT pg_advisory_xact_lock(4711)", row -> true);
      var done =
          recorder.record(batch, batch.deliveries().getFirst(), new Accepted(attempt("250 ok")));
      Eventually.holds(
          "the commit waits",
          () -> database.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 1);

      network.cut();
      network.awaitRefused(1);
      network.mend();
      Eventually.holds(
          "the commit is looked up",
          () ->
              database.number(
                      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_xact_status%'")
                  > 0);
      other.rollback();

      assertThat(done.get(20, TimeUnit.SECONDS)).isEqualTo(APPLIED);
    }
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(1);
    assertThat(database.number("SELECT sum(count) FROM result_rollup")).isEqualTo(1);
  }

  @Test
  void closingWaitsForADatabaseThatIsAwayButNotForEver() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    try (TestOutage network = new TestOutage(database.settings());
        Database through = Database.open(network.settings())) {
      ResultRecorder recorder =
          new ResultRecorder(
              through,
              (_, _) -> {},
              InstantSource.fixed(NOW),
              new ResultRecorder.Settings(10, Duration.ZERO, Duration.ofMillis(300)));
      network.cut();
      var done =
          recorder.record(batch, batch.deliveries().getFirst(), new Accepted(attempt("250 ok")));

      recorder.close();

      assertThat(done).isCompletedExceptionally();
      assertThatThrownBy(() -> recorder.record(pathFailure(batch, "late")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
    assertThat(database.texts("SELECT state FROM delivery")).containsExactly("planned");
  }
}
