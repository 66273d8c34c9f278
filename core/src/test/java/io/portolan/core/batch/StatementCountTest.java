package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.StatementLog;
import io.portolan.core.delivery.ClaimedBatch;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How many statements planning, claiming and ending take: as many for 1,000 recipients as for 10.
 */
class StatementCountTest extends BatchFixture {
  /** What it took for a campaign of so many. */
  private record Taken(List<String> plan, List<String> claim, List<String> end) {}

  @Test
  void takesAsManyStatementsForAThousandAsForTen() throws Exception {
    Taken ten = taken(10);
    database.execute("DELETE FROM recipient");
    database.execute("DELETE FROM suppression");
    Taken thousand = taken(1_000);

    assertThat(thousand.plan()).as("planning").isEqualTo(ten.plan()).hasSizeLessThanOrEqualTo(10);
    assertThat(thousand.claim())
        .as("claiming, with some that end at once and some in doubt")
        .isEqualTo(ten.claim())
        .hasSize(4);
    assertThat(thousand.end()).as("ending, with retries").isEqualTo(ten.end()).hasSize(3);
  }

  private Taken taken(int recipients) throws Exception {
    campaigns.recipients(list, "gmail.com", recipients);
    long campaign = campaigns.launched(list);
    try (StatementLog log = new StatementLog(database)) {
      BatchStore counted = new BatchStore(log.database());
      PlanStore plans = new PlanStore(log.database());
      List<String> plan = log.of(() -> plans.planChunk(campaign, 10_000, NOW, NOW));
      long batch =
          database.number(
              "SELECT id FROM batch WHERE campaign_id = ? AND size = ?", campaign, recipients);
      // a tenth each was suppressed since, and is in doubt
      database.execute(
          """
          INSERT INTO suppression (kind, value, reason, source)
          SELECT 'address', lower(address), 'manual', 'test' FROM delivery
           WHERE batch_id = ? AND id % 10 = 1 ON CONFLICT DO NOTHING
          """,
          batch);
      database.execute(
          "UPDATE delivery SET offer_expires_at = ? WHERE batch_id = ? AND id % 10 = 2",
          NOW.plusSeconds(3_600).atOffset(ZoneOffset.UTC), batch);
      ClaimedBatch[] claimed = new ClaimedBatch[1];
      List<String> claim =
          log.of(
              () ->
                  claimed[0] = ((BatchClaim.Granted) counted.claim(batch, "node-a", NOW)).batch());
      assertThat(claimed[0].deliveries()).hasSize(recipients / 10 * 8);
      database.execute(
          """
          UPDATE delivery SET not_before = ?::timestamptz + (id % 5) * interval '10 min', attempts = 1
           WHERE batch_id = ? AND state = 'planned' AND id % 2 = 0
          """,
          NOW.atOffset(ZoneOffset.UTC), batch);
      List<String> end = log.of(() -> counted.end(claimed[0], NOW, Duration.ZERO));
      return new Taken(plan, claim, end);
    }
  }
}
