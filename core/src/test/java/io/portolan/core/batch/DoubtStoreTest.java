package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.database.Hold;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.progress.DeliveryQuery;
import io.portolan.core.progress.DeliveryStore;
import io.portolan.core.progress.DeliveryView;
import io.portolan.core.progress.ProgressStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DoubtStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");
  private static final Instant LATER = NOW.plusSeconds(3_600);
  private static final Instant END = Instant.parse("2026-11-28T09:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final BatchStore batches = new BatchStore(database.database());
  private final DoubtStore doubts = new DoubtStore(database.database());
  private final CampaignStore lifecycle =
      new CampaignStore(database.database(), InstantSource.fixed(LATER));
  private long campaign;
  private QueuedBatch aside;

  /** Of three deliveries one is accepted, and two are in doubt. */
  @BeforeEach
  void putInDoubt() {
    long list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.recipients(list, "gmail.com", 3);
    campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 10_000, NOW, NOW);
    database.execute(
        "UPDATE delivery SET offer_expires_at = ? WHERE address NOT LIKE 'User1@%'",
        END.atOffset(ZoneOffset.UTC));
    ClaimedBatch claimed = claim(database.number("SELECT min(id) FROM batch"), NOW);
    database.execute("UPDATE delivery SET state = 'accepted' WHERE address LIKE 'User1@%'");
    aside = ((BatchEnd.Done) batches.end(claimed, NOW, Duration.ZERO)).retries().getFirst();
  }

  @Test
  void showsAndCountsWhatIsInDoubt() {
    assertThat(new ProgressStore(database.database()).progress(campaign, LATER).total().inDoubt())
        .isEqualTo(2);
    DeliveryQuery inDoubt =
        new DeliveryQuery(
            Optional.of(campaign),
            Set.of(),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            10);
    assertThat(new DeliveryStore(database.database()).page(inDoubt).items())
        .hasSize(2)
        .allSatisfy(view -> assertThat(((DeliveryView.Open) view).inDoubtSince()).contains(NOW));
    assertThat(lifecycle.finishIfDone(campaign)).as("it has not ended").isFalse();
  }

  @Test
  void sendsAgainWhatSomebodyDecidedToSendAgain() {
    DoubtStore.Resent resent = doubts.resend(campaign, LATER);

    assertThat(resent)
        .isEqualTo(
            new DoubtStore.Resent(
                2, List.of(new QueuedBatch(aside.id(), campaign, "gmail", LATER))));
    assertThat(claim(aside.id(), LATER).deliveries())
        .extracting(ClaimedDelivery::address)
        .containsExactly("User2@gmail.com", "User3@gmail.com");
    assertThat(doubts.resend(campaign, LATER).deliveries()).isZero();
  }

  @Test
  void sendsAgainWhatIsFoundInDoubtWhileItsBatchIsBeingSent() {
    ClaimedBatch claimed = claim(aside.id(), NOW);

    assertThat(doubts.resend(campaign, NOW).batches()).isEmpty();
    assertThat(batches.end(claimed, NOW, Duration.ofSeconds(1)))
        .isEqualTo(
            new BatchEnd.Requeued(
                new QueuedBatch(aside.id(), campaign, "gmail", NOW.plusSeconds(1)), List.of()));
    assertThat(claim(aside.id(), LATER).deliveries()).hasSize(2);
  }

  @Test
  void givesUpAndLetsTheCampaignFinish() {
    assertThat(doubts.giveUp(campaign, LATER)).isEqualTo(2);

    assertThat(
            database.texts(
                "SELECT state || ' ' || coalesce(category, '-') FROM delivery ORDER BY id"))
        .containsExactly("accepted -", "expired in-doubt", "expired in-doubt");
    assertThat(campaigns.rolledUp(campaign, "expired")).isEqualTo(2);
    assertThat(lifecycle.finishIfDone(campaign)).isTrue();
    assertThat(doubts.giveUp(campaign, LATER)).isZero();
  }

  @Test
  void endsWithACampaignThatIsCancelled() {
    campaigns.moveTo(campaign, "cancelled");

    batches.cancelQueued(campaign, LATER);

    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(2);
    assertThat(new ProgressStore(database.database()).progress(campaign, LATER).total().inDoubt())
        .isZero();
  }

  @Test
  void givesUpWhatAnEndingClaimPutsAsideMeanwhile() throws Exception {
    ClaimedBatch second = inDoubtInASecondBatch();
    CompletableFuture<BatchEnd> end;
    CompletableFuture<Integer> givenUp;
    try (Hold hold =
        Hold.ofCommits(database, "delivery", "OLD.batch_id IS DISTINCT FROM NEW.batch_id")) {
      end = hold.stops(1, () -> batches.end(second, NOW, Duration.ZERO));
      givenUp = hold.stops(2, () -> doubts.giveUp(campaign, LATER));
    }

    assertThat(end.get(10, TimeUnit.SECONDS)).isInstanceOf(BatchEnd.Done.class);
    assertThat(givenUp.get(10, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(campaigns.orphans()).isEmpty();
  }

  @Test
  void sendsAgainWhatAnEndingClaimPutsAsideMeanwhile() throws Exception {
    ClaimedBatch second = inDoubtInASecondBatch();
    CompletableFuture<DoubtStore.Resent> resent;
    try (Hold hold =
        Hold.ofCommits(database, "delivery", "OLD.batch_id IS DISTINCT FROM NEW.batch_id")) {
      var _ = hold.stops(1, () -> batches.end(second, NOW, Duration.ZERO));
      resent = hold.stops(2, () -> doubts.resend(campaign, LATER));
    }

    assertThat(resent.get(10, TimeUnit.SECONDS).deliveries()).isEqualTo(3);
  }

  @Test
  void givesUpWhatAnEndingClaimPutsIntoANewBatchMeanwhile() throws Exception {
    doubts.giveUp(campaign, LATER);
    ClaimedBatch second = inDoubtInASecondBatch();
    CompletableFuture<Integer> givenUp;
    try (Hold hold =
        Hold.ofCommits(database, "delivery", "OLD.batch_id IS DISTINCT FROM NEW.batch_id")) {
      var _ = hold.stops(1, () -> batches.end(second, NOW, Duration.ZERO));
      givenUp = hold.stops(2, () -> doubts.giveUp(campaign, LATER));
    }

    assertThat(givenUp.get(10, TimeUnit.SECONDS)).isOne();
    assertThat(campaigns.orphans()).isEmpty();
  }

  @Test
  void sendsAgainWhatAnEndingClaimPutsIntoANewBatchMeanwhile() throws Exception {
    doubts.giveUp(campaign, LATER);
    ClaimedBatch second = inDoubtInASecondBatch();
    CompletableFuture<DoubtStore.Resent> resent;
    try (Hold hold =
        Hold.ofCommits(database, "delivery", "OLD.batch_id IS DISTINCT FROM NEW.batch_id")) {
      var _ = hold.stops(1, () -> batches.end(second, NOW, Duration.ZERO));
      resent = hold.stops(2, () -> doubts.resend(campaign, LATER));
    }

    DoubtStore.Resent done = resent.get(10, TimeUnit.SECONDS);
    assertThat(done.deliveries()).isOne();
    assertThat(done.batches()).extracting(QueuedBatch::dueAt).containsExactly(LATER);
  }

  @Test
  void givesUpNothingThatWasFreedToBeSentAgain() {
    ClaimedBatch claimed = claim(aside.id(), NOW);
    doubts.resend(campaign, NOW);
    batches.end(claimed, NOW, Duration.ZERO);
    database.execute(
        "UPDATE delivery SET in_doubt_since = ?, offer_expires_at = ? WHERE address LIKE 'User2@%'",
        NOW.atOffset(ZoneOffset.UTC), END.atOffset(ZoneOffset.UTC));

    assertThat(doubts.giveUp(campaign, LATER)).isEqualTo(1);

    assertThat(campaigns.orphans()).isEmpty();
    assertThat(claim(aside.id(), LATER).deliveries())
        .extracting(ClaimedDelivery::address)
        .containsExactly("User3@gmail.com");
  }

  /** Makes a fourth delivery, in doubt too, whose batch is claimed. */
  private ClaimedBatch inDoubtInASecondBatch() {
    database.execute(
        """
        WITH made AS (INSERT INTO batch (campaign_id, platform, due_at, size, kind)
                      VALUES (?, 'gmail', ?, 1, 'retry') RETURNING id)
        INSERT INTO delivery (campaign_id, recipient_id, batch_id, address, domain, isp, platform, offer_expires_at)
        SELECT ?, 4711, id, 'User4@gmail.com', 'gmail.com', 'gmail', 'gmail', ? FROM made
        """,
        campaign,
        NOW.atOffset(ZoneOffset.UTC),
        campaign,
        END.atOffset(ZoneOffset.UTC));
    return claim(database.number("SELECT max(id) FROM batch"), NOW);
  }

  private ClaimedBatch claim(long batchId, Instant now) {
    return ((BatchClaim.Granted) batches.claim(batchId, "node-a", now)).batch();
  }
}
