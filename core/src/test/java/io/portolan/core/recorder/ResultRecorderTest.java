package io.portolan.core.recorder;

import static io.portolan.core.recorder.Recorded.APPLIED;
import static io.portolan.core.recorder.Recorded.STALE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.reply.Hardness;
import io.portolan.core.suppression.SoftBounceRule;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ResultRecorderTest extends ResultRecorderFixture {
  @Test
  void aGroupThatNobodyJoinsIsWrittenBeforeItsTime() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    try (ResultRecorder recorder = recorder(Duration.ofDays(1))) {
      assertThat(
              recorder
                  .record(batch, batch.deliveries().getFirst(), new Accepted(attempt("250 ok")))
                  .get(10, TimeUnit.SECONDS))
          .isEqualTo(APPLIED);
    }
  }

  @Test
  void aNoteThatAMessageWaitsForIsNotKeptByTheResultsThatFollow() throws Exception {
    ClaimedBatch batch = claimedBatch(1_000, 1);
    try (ResultRecorder recorder = recorder(Duration.ofDays(1))) {
      List<ClaimedDelivery> deliveries = batch.deliveries();
      CompletableFuture<Recorded> note =
          recorder.offer(batch, deliveries.getFirst(), NOW.plusSeconds(60));
      // as long as these come the group would wait for more
      for (int i = 1; i < 900 && !isDoneWithin(note, Duration.ofMillis(2)); i++) {
        var _ = recorder.record(batch, deliveries.get(i), new Held("later", NOW.plusSeconds(30)));
      }
      assertThat(note).isCompletedWithValue(APPLIED);
    }
  }

  private static boolean isDoneWithin(CompletableFuture<?> future, Duration time) throws Exception {
    try {
      future.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    }
  }

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
                  new Bounced(attempt("550 5.1.1 no such user"), "bad-mailbox", Hardness.HARD)),
              recorder.record(
                  batch,
                  deliveries.get(3),
                  new Expired(
                      Optional.of(attempt("451 4.3.0 later")), "remote-system", Hardness.NEITHER)),
              recorder.record(
                  batch, deliveries.get(4), new Held("no path is open", NOW.plusSeconds(30))));
      assertThat(done)
          .allSatisfy(each -> assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED));
    }

    assertThat(database.texts("SELECT state || ' ' || attempts FROM delivery ORDER BY id"))
        .containsExactly("accepted 1", "planned 1", "bounced 1", "expired 1", "planned 0");
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || number || ' ' || coalesce(enhanced, '-') FROM attempt"
                    + " ORDER BY delivery_id"))
        .containsExactly(
            "accepted 1 2.0.0", "deferred 1 4.7.1", "bounced 1 5.1.1", "deferred 1 4.3.0");
    assertThat(database.texts("SELECT reply FROM attempt WHERE code = 450"))
        .as("what COPY would misread is escaped")
        .singleElement()
        .satisfies(reply -> assertThat(reply).endsWith("\\"));
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || route || ' ' || category || ' ' || count FROM"
                    + " result_rollup ORDER BY outcome, category"))
        .containsExactly(
            "accepted direct  1",
            "bounced direct bad-mailbox 1",
            "deferred direct rate-limited 1",
            "deferred direct remote-system 1",
            "expired  remote-system 1");
    assertThat(database.texts("SELECT held_because FROM delivery WHERE held_because IS NOT NULL"))
        .containsExactly("no path is open");
    assertThat(database.texts("SELECT value || ' ' || reason FROM suppression"))
        .containsExactly("r3@gmail.test hard-bounce");
    assertThat(database.number("SELECT sum(count) FROM accept_time_rollup")).isEqualTo(1);
    assertThat(heard).hasSize(5);
  }

  @Test
  void countsWhatIsNotCertainOrWasSaidForNowAsASoftBounce() throws Exception {
    ClaimedBatch batch = claimedBatch(3, 1);
    List<DeliveryOutcome> outcomes =
        List.of(
            new Bounced(attempt("550 5.7.1 no such user"), "bad-mailbox", Hardness.SOFT),
            new Expired(
                Optional.of(attempt("450 4.2.1 locked")), "mailbox-inactive", Hardness.SOFT),
            new Bounced(attempt("550 5.7.1 locked"), "mailbox-inactive", Hardness.NEITHER));
    try (ResultRecorder recorder = recorder()) {
      for (int i = 0; i < outcomes.size(); i++) {
        var _ = recorder.record(batch, batch.deliveries().get(i), outcomes.get(i));
      }
    }
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
    assertThat(database.texts("SELECT category FROM soft_bounce ORDER BY address_key"))
        .containsExactly("bad-mailbox", "mailbox-inactive");
  }

  @Test
  void suppressesWhoseMailboxStaysFull() throws Exception {
    ClaimedBatch batch = claimedBatch(3, 1);
    database.execute(
        """
        INSERT INTO soft_bounce (address_key, category, bounces, first_at, last_at)
        SELECT 'r' || n || '@gmail.test', 'mailbox-full', 4, now() - interval '30 d', now() - interval '9 d'
          FROM generate_series(1, 2) n
        """);
    database.execute("UPDATE soft_bounce SET first_at = ?, last_at = ?", utc(-30), utc(-9));
    database.execute(
        """
        INSERT INTO delivery (campaign_id, recipient_id, state, ended_at, address, domain, isp, platform)
        SELECT id, 99, 'accepted', ?, 'R2@gmail.test', 'gmail.test', 'gmail', 'gmail' FROM campaign
        """,
        utc(-2));
    try (ResultRecorder recorder = recorder()) {
      for (ClaimedDelivery delivery : batch.deliveries()) {
        var _ =
            recorder.record(
                batch,
                delivery,
                new Bounced(attempt("552 5.2.2 full"), "mailbox-full", Hardness.SOFT));
      }
    }
    assertThat(
            database.texts(
                "SELECT value || ' ' || reason || ' ' || evidence || ' ' || (expires_at >"
                    + " created_at) FROM suppression"))
        .as("the second got mail in between, the third is full for the first time")
        .containsExactly("r1@gmail.test soft-bounce 552 5.2.2 full true");
    assertThat(database.texts("SELECT bounces FROM soft_bounce ORDER BY address_key"))
        .containsExactly("5", "1", "1");
  }

  private static OffsetDateTime utc(int days) {
    return NOW.plus(Duration.ofDays(days)).atOffset(ZoneOffset.UTC);
  }

  @Test
  void aDeliveryEndsOnce() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    ClaimedDelivery delivery = batch.deliveries().getFirst();
    try (ResultRecorder recorder = recorder()) {
      var first = recorder.record(batch, delivery, new Accepted(attempt("250 ok")));
      var second =
          recorder.record(
              batch, delivery, new Bounced(attempt("550 5.1.1 no"), "bad-mailbox", Hardness.HARD));

      assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED);
      assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(STALE);
    }
    assertThat(database.texts("SELECT state FROM delivery")).containsExactly("accepted");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void suppressesWhoBouncedThoughTheRecipientWasRemovedFromTheList() throws Exception {
    ClaimedBatch batch = claimedBatch(1, 1);
    database.execute("DELETE FROM recipient");
    try (ResultRecorder recorder = recorder()) {
      var done =
          recorder.record(
              batch,
              batch.deliveries().getFirst(),
              new Bounced(attempt("550 5.1.1 no"), "bad-mailbox", Hardness.HARD));

      assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo(APPLIED);
    }
    assertThat(database.texts("SELECT value || ' ' || source || ' ' || note FROM suppression"))
        .containsExactly(
            batch.deliveries().getFirst().address()
                + " campaign "
                + batch.campaignId()
                + " bad-mailbox");
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
        new ResultStore(database.database(), SoftBounceRule.DEFAULT, ResultHook.NONE)
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
}
