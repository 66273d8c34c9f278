package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which deliveries a claim hands over, and which it ends or leaves in doubt. */
class BatchClaimsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");
  private static final Instant END = Instant.parse("2026-11-28T09:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final BatchStore batches = new BatchStore(database.database());
  private long campaign;
  private long batch;

  @BeforeEach
  void plan() {
    long list = campaigns.list();
    campaigns.resolve("mail.shop.test", "other", "other");
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.recipients(list, "gmail.com", 4);
    campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 10_000, NOW, NOW);
    batch = database.number("SELECT min(id) FROM batch");
  }

  @Test
  void endsWhoWasSuppressedSincePlanning() {
    campaigns.suppress("address", "user2@gmail.com", "unsubscribe");
    campaigns.suppress("domain", "com", "manual");

    assertThat(open(claim(NOW)))
        .containsExactly("User1@gmail.com", "User3@gmail.com", "User4@gmail.com");
    assertThat(campaigns.deliveries(campaign, "suppressed")).isEqualTo(1);
    assertThat(
            database.texts(
                "SELECT platform || ' ' || isp || ' ' || category || ' ' || count FROM result_rollup WHERE outcome = 'suppressed'"))
        .containsExactly("gmail gmail unsubscribe 1");
    assertThat(
            database.texts(
                "SELECT category FROM delivery WHERE state = 'suppressed' AND ended_at IS NOT NULL"))
        .containsExactly("unsubscribe");
  }

  @Test
  void endsWhoWasSuppressedWhileARetryWaited() {
    ClaimedBatch first = claim(NOW);
    database.execute(
        "UPDATE delivery SET not_before = ?, category = 'rate-limited', attempts = 1",
        NOW.plusSeconds(900).atOffset(ZoneOffset.UTC));
    long retry = ((BatchEnd.Done) batches.end(first, NOW, Duration.ZERO)).retries().getFirst().id();
    campaigns.suppress("domain", "gmail.com", "complaint");

    ClaimedBatch second = claim(retry, NOW.plusSeconds(930));

    assertThat(second.deliveries()).isEmpty();
    assertThat(campaigns.rolledUp(campaign, "suppressed")).isEqualTo(4);
    assertThat(batches.end(second, NOW.plusSeconds(931), Duration.ZERO))
        .isEqualTo(new BatchEnd.Done(List.of()));
  }

  @Test
  void aSuppressedDomainCoversItsSubDomains() {
    database.execute("UPDATE delivery SET domain = 'mail.shop.test' WHERE address LIKE 'User1%'");
    campaigns.suppress("domain", "shop.test", "manual");

    assertThat(open(claim(NOW)))
        .containsExactly("User2@gmail.com", "User3@gmail.com", "User4@gmail.com");
  }

  @Test
  void findsASuppressionOfARecipientThatIsNoLongerInItsList() {
    database.execute("DELETE FROM recipient");
    campaigns.suppress("address", "user3@gmail.com", "unsubscribe");

    assertThat(open(claim(NOW)))
        .containsExactly("User1@gmail.com", "User2@gmail.com", "User4@gmail.com");
  }

  @Test
  void findsASuppressionOfAnInternationalAddressThatIsNoLongerInItsList() {
    database.execute(
        "UPDATE delivery SET address = 'User1@münchen.example', domain = 'xn--mnchen-3ya.example',"
            + " address_key = 'user1@xn--mnchen-3ya.example' WHERE address = 'User1@gmail.com'");
    database.execute("DELETE FROM recipient");
    campaigns.suppress("address", "user1@xn--mnchen-3ya.example", "unsubscribe");

    assertThat(open(claim(NOW)))
        .containsExactly("User2@gmail.com", "User3@gmail.com", "User4@gmail.com");
  }

  @Test
  void leavesOutWhatIsInDoubtAndPutsItAsideUntilItsLifetimeEnds() {
    offer("User2@gmail.com");
    offer("User3@gmail.com");

    ClaimedBatch claimed = claim(NOW);

    assertThat(open(claimed)).containsExactly("User1@gmail.com", "User4@gmail.com");
    database.execute("UPDATE delivery SET state = 'accepted' WHERE in_doubt_since IS NULL");
    BatchEnd.Done done = (BatchEnd.Done) batches.end(claimed, NOW, Duration.ZERO);
    assertThat(done.retries())
        .singleElement()
        .satisfies(
            aside -> {
              assertThat(aside.dueAt()).isEqualTo(END);
              assertThat(database.texts("SELECT kind FROM batch WHERE id = ?", aside.id()))
                  .containsExactly("in-doubt");
            });

    ClaimedBatch atTheEnd = claim(done.retries().getFirst().id(), END);

    assertThat(atTheEnd.deliveries()).isEmpty();
    assertThat(
            database.texts(
                "SELECT DISTINCT state || ' ' || category FROM delivery WHERE state <> 'accepted'"))
        .containsExactly("expired in-doubt");
    assertThat(campaigns.rolledUp(campaign, "expired")).isEqualTo(2);
    assertThat(batches.end(atTheEnd, END, Duration.ZERO)).isEqualTo(new BatchEnd.Done(List.of()));
  }

  @Test
  void doesNotPutInDoubtAndDeferredIntoOneBatch() {
    offer("User2@gmail.com");
    ClaimedBatch claimed = claim(NOW);
    database.execute(
        "UPDATE delivery SET not_before = ? WHERE in_doubt_since IS NULL",
        END.atOffset(ZoneOffset.UTC));

    BatchEnd.Done done = (BatchEnd.Done) batches.end(claimed, NOW, Duration.ZERO);

    assertThat(done.retries()).hasSize(2);
    assertThat(
            database.texts(
                "SELECT kind || ' ' || size FROM batch WHERE state = 'queued' ORDER BY 1"))
        .containsExactly("in-doubt 1", "retry 3");
  }

  @Test
  void doesNotSuppressWhatMayHaveBeenAcceptedAlready() {
    offer("User2@gmail.com");
    campaigns.suppress("address", "user2@gmail.com", "unsubscribe");

    claim(NOW);

    assertThat(campaigns.deliveries(campaign, "suppressed")).isZero();
    assertThat(database.texts("SELECT address FROM delivery WHERE in_doubt_since IS NOT NULL"))
        .containsExactly("User2@gmail.com");
  }

  @Test
  void putsBackWhatAGuardrailHoldsAndWritesNoRowOfIt() {
    hold("gmail");
    List<String> before = versions();

    BatchClaim claim = batches.claim(batch, "node-a", NOW);

    assertThat(claim)
        .isEqualTo(
            new BatchClaim.Held(
                new QueuedBatch(batch, campaign, "gmail", NOW.plus(Duration.ofHours(1)))));
    assertThat(versions()).isEqualTo(before);
    assertThat(database.texts("SELECT state || ' ' || coalesce(claimed_by, '-') FROM batch"))
        .containsExactly("queued -");

    release();

    assertThat(open(claim(NOW))).hasSize(4);
  }

  @Test
  void leavesOutTheHeldIspOfAMixedBatchAndPutsItBackWhenTheRestIsSent() {
    database.execute("UPDATE delivery SET isp = 'held' WHERE address < 'User3'");
    hold("held");

    ClaimedBatch claimed = claim(NOW);

    assertThat(open(claimed)).containsExactly("User3@gmail.com", "User4@gmail.com");
    database.execute("UPDATE delivery SET state = 'accepted' WHERE isp <> 'held'");
    assertThat(batches.end(claimed, NOW, Duration.ZERO)).isInstanceOf(BatchEnd.Requeued.class);
    assertThat(batches.claim(batch, "node-a", NOW)).isInstanceOf(BatchClaim.Held.class);
  }

  @Test
  void fillsNoBatchUpThatWasPutBack() {
    hold("gmail");
    assertThat(batches.claim(batch, "node-a", NOW)).isInstanceOf(BatchClaim.Held.class);
    long list = database.number("SELECT list_id FROM campaign WHERE id = ?", campaign);
    database.execute("UPDATE campaign SET planned_at = NULL");
    campaigns.recipients(list, "gmail.com", 1);

    new PlanStore(database.database()).planChunk(campaign, 10_000, NOW, NOW);

    assertThat(
            database.texts(
                "SELECT size || ' ' || (due_at > ?::timestamptz) FROM batch ORDER BY id",
                NOW.toString()))
        .containsExactly("4 true", "1 false");
  }

  @Test
  void endsWhatIsInDoubtThoughItIsHeld() {
    offer("User2@gmail.com");
    hold("gmail");

    assertThat(batches.claim(batch, "node-a", END)).isInstanceOf(BatchClaim.Granted.class);
    assertThat(campaigns.deliveries(campaign, "expired")).isEqualTo(1);
  }

  @Test
  void countsTheLifetimeOfWhatWasHeldFromItsRelease() {
    Instant before = NOW.minus(Duration.ofDays(5));
    database.execute(
        "UPDATE delivery SET first_held_at = ?::timestamptz WHERE address LIKE 'User2%'",
        before.toString());
    database.execute(
        "UPDATE delivery SET first_attempt_at = ?::timestamptz, attempts = 1 WHERE address LIKE 'User3%'",
        before.toString());
    assertThat(agesSince()).containsExactly("-", before.toString(), before.toString(), "-");

    hold("gmail");
    release();
    assertThat(agesSince()).containsExactly("-", NOW.toString(), NOW.toString(), "-");

    database.execute(
        "UPDATE delivery SET first_held_at = ?::timestamptz", NOW.plusSeconds(5).toString());
    assertThat(agesSince().getFirst()).as("a later hold").isEqualTo(NOW.plusSeconds(5).toString());
  }

  private List<String> agesSince() {
    ClaimedBatch claimed = claim(NOW);
    batches.end(claimed, NOW, Duration.ZERO);
    return claimed.deliveries().stream()
        .map(delivery -> delivery.agesSince().map(Instant::toString).orElse("-"))
        .toList();
  }

  private void hold(String isp) {
    database.execute(
        """
        INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
        VALUES (?, ?, 'hard-bounce', 9, 9, 'too many', now())
        """,
        campaign,
        isp);
  }

  private void release() {
    database.execute("UPDATE campaign_hold SET released_at = ?::timestamptz", NOW.toString());
  }

  /** What changes with each change of a delivery's row. */
  private List<String> versions() {
    return database.texts("SELECT ctid || ' ' || xmin || ' ' || xmax FROM delivery ORDER BY id");
  }

  private void offer(String address) {
    database.execute(
        "UPDATE delivery SET offer_expires_at = ? WHERE address = ?",
        END.atOffset(ZoneOffset.UTC),
        address);
  }

  private ClaimedBatch claim(Instant now) {
    return claim(batch, now);
  }

  private ClaimedBatch claim(long batchId, Instant now) {
    return ((BatchClaim.Granted) batches.claim(batchId, "node-a", now)).batch();
  }

  private static List<String> open(ClaimedBatch batch) {
    return batch.deliveries().stream().map(ClaimedDelivery::address).toList();
  }
}
