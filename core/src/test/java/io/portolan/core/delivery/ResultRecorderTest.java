package io.portolan.core.delivery;

import static io.portolan.core.delivery.Recorded.APPLIED;
import static io.portolan.core.delivery.Recorded.STALE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.Eventually;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.database.TestOutage;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ResultRecorderTest {
  private static final Instant NOW = Instant.parse("2026-11-24T23:59:58.250Z");
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Decision DECISION = new Decision(3, "gmail", "direct:25 open");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final List<RecordedResult> heard = new ArrayList<>();

  @Test
  void appliesEveryKindOfResultWithItsAttemptAndRollup() throws Exception {
    ClaimedBatch batch = claimedBatch(5, 1);
    try (ResultRecorder recorder = recorder()) {
      List<ClaimedDelivery> deliveries = batch.deliveries();
      List<CompletableFuture<Recorded>> done =
          List.of(
              recorder.record(batch, deliveries.get(0), new Accepted(attempt("250 2.0.0 ok"))),
              recorder.record(
                  batch,
                  deliveries.get(1),
                  new Deferred(
                      attempt("450 4.7.1 greylisted\tlater\\"),
                      "rate-limited",
                      NOW.plusSeconds(60),
                      Optional.empty())),
              recorder.record(
                  batch,
                  deliveries.get(2),
                  new Bounced(attempt("550 5.1.1 no such user"), "bad-mailbox", true)),
              recorder.record(
                  batch,
                  deliveries.get(3),
                  new Expired(Optional.of(attempt("451 4.3.0 later")), "remote-system")),
              recorder.record(
                  batch, deliveries.get(4), new Held("no path is open", NOW.plusSeconds(30))));
      assertThat(done)
          .allSatisfy(each -> assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED));
    }

    assertThat(database.texts("SELECT state || ' ' || attempts FROM delivery ORDER BY id"))
        .containsExactly("accepted 1", "planned 1", "bounced 1", "expired 1", "planned 0");
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || number || ' ' || coalesce(enhanced, '-') FROM attempt ORDER BY delivery_id"))
        .containsExactly(
            "accepted 1 2.0.0", "deferred 1 4.7.1", "bounced 1 5.1.1", "deferred 1 4.3.0");
    assertThat(database.texts("SELECT reply FROM attempt WHERE code = 450"))
        .as("what COPY would misread is escaped")
        .singleElement()
        .satisfies(reply -> assertThat(reply).endsWith("\\"));
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || route || ' ' || category || ' ' || count FROM result_rollup ORDER BY outcome, category"))
        .containsExactly(
            "accepted direct  1",
            "bounced direct bad-mailbox 1",
            "deferred direct rate-limited 1",
            "deferred direct remote-system 1",
            "expired  remote-system 1");
    assertThat(database.texts("SELECT value || ' ' || reason FROM suppression"))
        .containsExactly("r3@gmail.test hard-bounce");
    assertThat(database.number("SELECT sum(count) FROM accept_time_rollup")).isEqualTo(1);
    assertThat(heard).hasSize(5);
  }

  @Test
  void aDeliveryEndsOnce() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    ClaimedDelivery delivery = batch.deliveries().getFirst();
    try (ResultRecorder recorder = recorder()) {
      var first = recorder.record(batch, delivery, new Accepted(attempt("250 ok")));
      var second =
          recorder.record(
              batch, delivery, new Bounced(attempt("550 5.1.1 no"), "bad-mailbox", true));

      assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(STALE);
    }
    assertThat(database.texts("SELECT state FROM delivery")).containsExactly("accepted");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void anOldEpochCannotWriteOverANewOne() throws Exception {
    ClaimedBatch old = claimedBatch(1, 1);
    database.execute("UPDATE batch SET epoch = 2 WHERE id = ?", old.id());
    try (ResultRecorder recorder = recorder()) {
      var late = recorder.record(old, old.deliveries().getFirst(), new Accepted(attempt("250 ok")));

      assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(STALE);
    }
    assertThat(database.texts("SELECT state FROM delivery")).containsExactly("planned");
    assertThat(database.number("SELECT count(*) FROM result_rollup")).isZero();
    assertThat(heard).isEmpty();
  }

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
  void anOlderEpochIsRefusedThoughANewerOneSharesItsGroup() {
    ClaimedBatch batch = claimedBatch(3, 7);
    List<RecordedResult> results = new ArrayList<>();
    int[] epochs = {6, 7, 8};
    for (ClaimedDelivery delivery : batch.deliveries()) {
      results.add(
          new RecordedResult(
              NOW,
              batch.campaignId(),
              "gmail",
              batch.id(),
              epochs[results.size()],
              delivery,
              new Held("no path is open", NOW.plusSeconds(30))));
    }

    Set<Long> applied =
        new ResultStore(database.database())
            .write(new ResultStore.Group(results, List.of(), List.of(), ResultStore.Extent.WHOLE));

    assertThat(applied).containsExactly(batch.deliveries().get(1).id());
    assertThat(database.texts("SELECT coalesce(category, 'untouched') FROM delivery ORDER BY id"))
        .containsExactly("untouched", "held", "untouched");
  }

  @Test
  void aReplyThatTheDatabaseRefusesCostsNobodyElseAResultAndIsRecordedWithoutItsWords()
      throws Exception {
    refuse("attempt", "INSERT", "NEW.reply LIKE '%poison%'");
    ClaimedBatch batch = claimedBatch(60, 1);

    assertThat(acceptAll(batch, "250 2.0.0 poison")).hasSize(60).containsOnly(APPLIED);

    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(60);
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(60);
    assertThat(database.number("SELECT sum(count) FROM result_rollup")).isEqualTo(60);
    assertThat(database.texts("SELECT code || '/' || enhanced FROM attempt WHERE reply IS NULL"))
        .containsExactly("250/2.0.0");
    assertThat(heard).hasSize(60);
  }

  @Test
  void anAttemptThatTheDatabaseRefusesAltogetherStillEndsItsDelivery() throws Exception {
    ClaimedBatch batch = claimedBatch(60, 1);
    long culprit = batch.deliveries().get(41).id();
    refuse("attempt", "INSERT", "NEW.delivery_id = " + culprit);

    assertThat(acceptAll(batch, "250 2.0.0 ok")).hasSize(60).containsOnly(APPLIED);

    assertThat(database.texts("SELECT DISTINCT state FROM delivery")).containsExactly("accepted");
    assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(59);
  }

  @Test
  void aResultThatCannotBeRecordedAtAllIsGivenUpAlone() throws Exception {
    ClaimedBatch batch = claimedBatch(60, 1);
    long culprit = batch.deliveries().get(17).id();
    refuse("delivery", "UPDATE", "NEW.id = " + culprit);
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    try (ResultRecorder recorder = recorder()) {
      recorder.record(pathFailure(batch, "before"));
      for (ClaimedDelivery delivery : batch.deliveries()) {
        done.add(recorder.record(batch, delivery, new Accepted(attempt("250 ok"))));
      }
      recorder.record(pathFailure(batch, "after"));
    }

    assertThat(done.get(17)).isCompletedExceptionally();
    assertThat(done.stream().filter(each -> !each.isCompletedExceptionally()))
        .hasSize(59)
        .allSatisfy(each -> assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED));
    assertThat(database.texts("SELECT id FROM delivery WHERE state = 'planned'"))
        .containsExactly(String.valueOf(culprit));
    assertThat(database.texts("SELECT detail FROM path_failure ORDER BY detail"))
        .containsExactly("after", "before");
  }

  @Test
  void aPathFailureThatTheDatabaseRefusesIsDroppedAlone() throws Exception {
    refuse("path_failure", "INSERT", "NEW.detail = 'poison'");
    ClaimedBatch batch = claimedBatch(1, 1);
    try (ResultRecorder recorder = recorder()) {
      recorder.record(pathFailure(batch, "poison"));
      recorder.record(pathFailure(batch, "fine\0"));
      var done =
          recorder.record(batch, batch.deliveries().getFirst(), new Accepted(attempt("250 ok")));

      assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED);
    }
    assertThat(database.texts("SELECT detail FROM path_failure")).containsExactly("fine\ufffd");
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

  @Test
  void pathFailuresAreNoAttempts() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    try (ResultRecorder recorder = recorder()) {
      recorder.record(pathFailure(batch, "no answer within 10 s"));
    }
    assertThat(database.texts("SELECT kind || ' ' || millis FROM path_failure"))
        .containsExactly("connect-timeout 10000");
    assertThat(database.texts("SELECT outcome || ' ' || count FROM result_rollup"))
        .containsExactly("path-failure 1");
    assertThat(database.number("SELECT count(*) FROM attempt")).isZero();
    assertThat(database.texts("SELECT state || ' ' || attempts FROM delivery"))
        .containsExactly("planned 0");
  }

  /** Accepts every delivery of a batch; the one in the middle with a reply of its own. */
  private List<Recorded> acceptAll(ClaimedBatch batch, String replyInTheMiddle) throws Exception {
    List<CompletableFuture<Recorded>> done = new ArrayList<>();
    try (ResultRecorder recorder = recorder()) {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        boolean middle = done.size() == batch.deliveries().size() / 2;
        done.add(
            recorder.record(
                batch,
                delivery,
                new Accepted(attempt(middle ? replyInTheMiddle : "250 2.0.0 ok"))));
      }
    }
    List<Recorded> recorded = new ArrayList<>();
    for (CompletableFuture<Recorded> each : done) {
      recorded.add(each.get(10, TimeUnit.SECONDS));
    }
    return recorded;
  }

  /** Lets the database refuse rows of a table for good. */
  private void refuse(String table, String event, String condition) {
    database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            + condition
            + " THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$");
    database.execute(
        "CREATE TRIGGER refuse BEFORE "
            + event
            + " ON "
            + table
            + " FOR EACH ROW EXECUTE FUNCTION refuse()");
  }

  private static PathFailure pathFailure(ClaimedBatch batch, String detail) {
    return new PathFailure(
        NOW,
        batch.campaignId(),
        "gmail",
        "gmail",
        DIRECT,
        3,
        "mx.gmail.test",
        Phase.CONNECT,
        "connect-timeout",
        detail,
        Duration.ofSeconds(10));
  }

  private ResultRecorder recorder() {
    return recorder(database.database(), 1_000);
  }

  private ResultRecorder recorder(Database to, int groupSize) {
    return new ResultRecorder(
        to,
        (applied, failures) -> heard.addAll(applied),
        InstantSource.fixed(NOW),
        new ResultRecorder.Settings(groupSize, Duration.ofMillis(8), Duration.ofSeconds(20)));
  }

  private static Attempt attempt(String reply) throws Exception {
    return new Attempt(
        NOW.minusMillis(120),
        DIRECT,
        DECISION,
        "mx.gmail.test",
        "198.51.100.1",
        true,
        Phase.DOT,
        Optional.of(SmtpReply.parse(reply)),
        Duration.ZERO,
        Duration.ofMillis(120));
  }

  private ClaimedBatch claimedBatch(int size, int epoch) {
    database.execute("INSERT INTO mailing_list (name) VALUES ('l')");
    database.execute(
        "INSERT INTO campaign (name, state, list_id, content) SELECT 'c', 'running', id, '{}' FROM mailing_list");
    database.execute(
        """
        INSERT INTO batch (campaign_id, platform, state, epoch, due_at, size, kind)
        SELECT id, 'gmail', 'claimed', ?, now(), ?, 'first' FROM campaign
        """,
        epoch,
        size);
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT l.id, 'r' || n || '@gmail.test', 'r' || n || '@gmail.test', 'gmail.test'
          FROM mailing_list l, generate_series(1, ?) n ORDER BY n
        """,
        size);
    database.execute(
        """
        INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform)
        SELECT c.id, r.id, b.id, r.address, r.domain, 'gmail', 'gmail'
          FROM campaign c, recipient r, batch b ORDER BY r.id
        """);
    List<ClaimedDelivery> deliveries = new ArrayList<>();
    for (String id : database.texts("SELECT id FROM delivery ORDER BY id")) {
      deliveries.add(
          new ClaimedDelivery(
              Long.parseLong(id),
              0,
              "r" + id + "@gmail.test",
              "gmail.test",
              "gmail",
              0,
              Map.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }
    return new ClaimedBatch(
        database.number("SELECT id FROM batch"),
        database.number("SELECT id FROM campaign"),
        "gmail",
        epoch,
        new CampaignContent("", "a@sender.test", "", "s", "", "t", MissingField.EMPTY),
        InDoubt.RESEND,
        deliveries);
  }
}
