package io.portolan.core.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Planning and claiming suppress whom {@code covering_suppression} does, for the same reason. */
class CoveringTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");
  private static final List<String> COVERED =
      List.of(
          "user1@gmail.com complaint",
          "user2@gmail.com of-list",
          "user5@gmail.com of-sender",
          "user6@gmail.com erased",
          "user7@gmail.com before-list",
          "user9@sub.shop.test of-domain");

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private long list;
  private long campaign;

  @BeforeEach
  void launch() {
    list = campaigns.list();
    campaigns.resolve("gmail.com", "gmail", "gmail");
    campaigns.resolve("sub.shop.test", "gmail", "gmail");
    campaigns.recipients(list, "gmail.com", 8);
    campaigns.recipients(list, "sub.shop.test", 1);
    campaign = campaigns.launched(list);
  }

  @Test
  void planningAgrees() {
    suppress();

    plan();

    assertThat(suppressed()).isEqualTo(COVERED).isEqualTo(covered());
  }

  @Test
  void claimingAgrees() {
    plan();
    suppress();

    new BatchStore(database.database())
        .claim(database.number("SELECT min(id) FROM batch"), "node-a", NOW);

    assertThat(suppressed()).isEqualTo(COVERED).isEqualTo(covered());
  }

  private void plan() {
    new PlanStore(database.database()).planChunk(campaign, 10_000, NOW, NOW);
  }

  private void suppress() {
    long otherList = campaigns.list();
    suppression("address", "user1@gmail.com", "of-list", list, "", "");
    suppression("address", "user1@gmail.com", "complaint", 0, "", "");
    suppression("address", "user2@gmail.com", "of-list", list, "", "");
    suppression("address", "user3@gmail.com", "of-other-list", otherList, "", "");
    suppression("address", "user4@gmail.com", "lapsed", 0, "", NOW.toString());
    String sender = database.texts("SELECT sending_domain FROM campaign").getFirst();
    suppression("address", "user5@gmail.com", "of-sender", 0, sender, "");
    suppression("address", "user7@gmail.com", "of-list", list, "", "");
    suppression("address", "user7@gmail.com", "before-list", 0, sender, "");
    suppression("address", "user8@gmail.com", "of-other-sender", 0, "other.test", "");
    suppression("domain", "shop.test", "of-domain", 0, "", "");
    database.execute(
        """
        INSERT INTO suppression (kind, value, reason, source)
        VALUES ('hash', erased_hash('user6@gmail.com'), 'erased', 'test')
        """);
  }

  private void suppression(
      String kind, String value, String reason, long ofList, String ofSender, String end) {
    database.execute(
        """
        INSERT INTO suppression (kind, value, reason, source, list_id, sending_domain, expires_at)
        VALUES (?, ?, ?, 'test', nullif(?, 0), nullif(?, ''), nullif(?, '')::timestamptz)
        """,
        kind,
        value,
        reason,
        ofList,
        ofSender,
        end);
  }

  private List<String> suppressed() {
    return database.texts(
        "SELECT lower(address) || ' ' || category FROM delivery WHERE state = 'suppressed' ORDER BY recipient_id");
  }

  private List<String> covered() {
    return database.texts(
        """
        SELECT r.address_key || ' ' || s.reason
          FROM campaign c JOIN recipient r ON r.list_id = c.list_id
         CROSS JOIN LATERAL covering_suppression(
                   r.address_key, r.domain, c.list_id, c.sending_domain, ?::timestamptz) AS s
         ORDER BY r.id
        """,
        NOW.toString());
  }
}
