package io.portolan.core.batch;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ClaimedBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A list with recipients at one ISP, and what is done with the batches of its campaigns. */
abstract class BatchFixture {
  static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  final TestCampaigns campaigns = new TestCampaigns(database);
  final BatchStore batches = new BatchStore(database.database());
  long list;

  @BeforeEach
  void makeList() {
    list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
  }

  long planned(int recipients) {
    campaigns.recipients(list, "gmail.com", recipients);
    long campaign = campaigns.launched(list);
    new PlanStore(database.database()).planChunk(campaign, 10_000, NOW, NOW);
    return campaign;
  }

  long firstBatch() {
    return database.number("SELECT min(id) FROM batch");
  }

  /** Moves a delivery to a first batch of its own. */
  long splitOff(String address) {
    long batch =
        database.number(
            """
            INSERT INTO batch (campaign_id, platform, due_at, size, kind)
            SELECT campaign_id, platform, due_at, 1, 'first' FROM batch WHERE id = ? RETURNING id
            """,
            firstBatch());
    database.execute("UPDATE delivery SET batch_id = ? WHERE address = ?", batch, address);
    return batch;
  }

  void defer(String address, Instant notBefore) {
    database.execute(
        "UPDATE delivery SET not_before = ?, attempts = attempts + 1 WHERE address = ?",
        notBefore.atOffset(ZoneOffset.UTC),
        address);
  }

  ClaimedBatch claim(long batchId) {
    return ((BatchClaim.Granted) batches.claim(batchId, "node-a", NOW)).batch();
  }

  BatchEnd end(ClaimedBatch batch) {
    return batches.end(batch, NOW, Duration.ZERO);
  }
}
