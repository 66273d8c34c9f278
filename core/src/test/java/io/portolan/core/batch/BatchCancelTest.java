package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseSettings;
import io.portolan.core.database.Hold;
import io.portolan.core.delivery.ClaimedBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of the batches of a campaign that is cancelled. */
class BatchCancelTest extends BatchFixture {
  private static final String FOUND = "hashtext('found')";

  @Test
  void endsOpenDeliveriesOfACancelledCampaignWhenTheSenderReturns() {
    long campaign = planned(3);
    ClaimedBatch batch = claim(firstBatch());
    database.execute("UPDATE delivery SET state = 'accepted' WHERE address = 'User1@gmail.com'");
    defer("User2@gmail.com", NOW.plusSeconds(910));
    campaigns.moveTo(campaign, "cancelled");

    assertThat(end(batch)).isEqualTo(new BatchEnd.Done(List.of()));

    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(2);
    assertThat(campaigns.rolledUp(campaign, "cancelled")).isEqualTo(2);
    assertThat(database.texts("SELECT state FROM batch")).containsExactly("done");
  }

  @Test
  void cancelsQueuedBatchesAndLeavesClaimedOnesToTheirSenders() {
    campaigns.recipients(list, "gmail.com", 12_000);
    long campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 20_000, NOW, NOW);
    claim(firstBatch());
    campaigns.moveTo(campaign, "cancelled");

    batches.cancelQueued(campaign, NOW);

    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(11_000);
    assertThat(campaigns.deliveries(campaign, "planned")).isEqualTo(1_000);
    assertThat(campaigns.rolledUp(campaign, "cancelled")).isEqualTo(11_000);
    assertThat(
            database.texts("SELECT state || ' ' || count(*) FROM batch GROUP BY state ORDER BY 1"))
        .containsExactly("claimed 1", "done 11");
  }

  @Test
  void cancelsNothingOfACampaignThatIsNotCancelled() {
    long campaign = planned(3);

    batches.cancelQueued(campaign, NOW);

    assertThat(campaigns.deliveries(campaign, "planned")).isEqualTo(3);
  }

  @Test
  void aClaimThatWaitedToEndSeesThatItsCampaignWasCancelledMeanwhile() throws Exception {
    long campaign = planned(1);
    ClaimedBatch batch = claim(firstBatch());
    defer("User1@gmail.com", NOW.plusSeconds(910));
    CompletableFuture<BatchEnd> end;
    try (Hold hold =
        Hold.of(database, "hashint8(%d), hashtext('portolan.retries gmail')".formatted(campaign))) {
      end = hold.stops(1, () -> end(batch));
      campaigns.moveTo(campaign, "cancelled");
    }

    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(new BatchEnd.Done(List.of()));
    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(1);
  }

  /** The end of a claim commits after the batches were found, and before they are locked. */
  @Test
  void cancelsWhatAnEndingClaimPutsIntoAQueuedBatchMeanwhile() throws Exception {
    long campaign = planned(2);
    long second = splitOff("User2@gmail.com");
    ClaimedBatch first = claim(firstBatch());
    ClaimedBatch claimed = claim(second);
    defer("User1@gmail.com", NOW.plusSeconds(910));
    defer("User2@gmail.com", NOW.plusSeconds(925));
    end(first);
    campaigns.moveTo(campaign, "cancelled");
    CompletableFuture<Boolean> cancelled;
    try (Database node = stoppedWhenItFindsBatches()) {
      try (Hold hold = Hold.of(database, FOUND)) {
        cancelled = hold.stops(1, () -> cancelQueued(node, campaign));
        // this end saw the campaign before it was cancelled
        campaigns.moveTo(campaign, "running");
        end(claimed);
        campaigns.moveTo(campaign, "cancelled");
      }
      cancelled.get(10, TimeUnit.SECONDS);
    }

    assertThat(campaigns.orphans()).isEmpty();
    assertThat(campaigns.deliveries(campaign, "cancelled")).isEqualTo(2);
  }

  private static boolean cancelQueued(Database node, long campaign) {
    new BatchStore(node).cancelQueued(campaign, NOW);
    return true;
  }

  /** A pool of a role that must take a lock for every batch that a statement of it looks at. */
  private Database stoppedWhenItFindsBatches() {
    database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO pg_monitor");
    database.execute(
        """
        CREATE FUNCTION found() RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(%s); RETURN true; END $$
        """
            .formatted(FOUND));
    database.execute("CREATE POLICY found ON batch USING (found())");
    database.execute("ALTER TABLE batch ENABLE ROW LEVEL SECURITY");
    DatabaseSettings settings = database.settings();
    return Database.open(
        new DatabaseSettings(
            settings.jdbcUrl() + "&options=-c%20role=pg_monitor",
            settings.username(),
            settings.password(),
            settings.poolSize(),
            settings.connectionTimeout()));
  }
}
