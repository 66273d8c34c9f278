package io.portolan.core.batch;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.json.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** Lists and campaigns for tests, written straight into the tables. */
public final class TestCampaigns {
  private static final CampaignContent CONTENT =
      new CampaignContent(
          "Shop", "news@shop.test", "", "Hello {{name}}", "", "Hello {{name}}", MissingField.EMPTY);

  private final TestDatabase database;

  public TestCampaigns(TestDatabase database) {
    this.database = database;
  }

  /** Makes an empty list. */
  public long list() {
    return database.number(
        "INSERT INTO mailing_list (name) VALUES (gen_random_uuid()::text) RETURNING id");
  }

  /** Adds recipients {@code user1@domain} and so on, counted over the whole list. */
  public void recipients(long listId, String domain, int count) {
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain, attributes)
        SELECT l.id, 'User' || n || '@' || ?, 'user' || n || '@' || ?, ?, jsonb_build_object('name', 'User ' || n)
          FROM (SELECT ?::bigint AS id, (SELECT count(*) FROM recipient WHERE list_id = ?) AS before) AS l
         CROSS JOIN LATERAL generate_series(l.before + 1, l.before + ?) AS n
        """,
        domain,
        domain,
        domain,
        listId,
        listId,
        count);
  }

  /** Notes that a domain is known to belong to an ISP. */
  public void resolve(String domain, String isp, String platform) {
    database.execute(
        """
        INSERT INTO recipient_domain (domain, isp, platform, basis, resolved_at, expires_at)
        VALUES (?, ?, ?, 'domain', now(), now() + interval '1 day')
        ON CONFLICT (domain) DO NOTHING
        """,
        domain,
        isp,
        platform);
  }

  public void suppress(String kind, String value, String reason) {
    database.execute(
        "INSERT INTO suppression (kind, value, reason, source) VALUES (?, ?, ?, 'test')",
        kind,
        value,
        reason);
  }

  /** Makes a complete draft. */
  public long draft(long listId, Optional<SendWindow> window) {
    long id = scheduled(listId, Instant.parse("2026-11-24T09:00:00Z"), window);
    database.execute("UPDATE campaign SET state = 'draft', launch_at = NULL WHERE id = ?", id);
    return id;
  }

  /** Makes a campaign that waits for its launch, without a trigger. */
  public long scheduled(long listId, Instant launchAt, Optional<SendWindow> window) {
    return database.number(
        """
        INSERT INTO campaign (name, state, list_id, content, send_window, launch_at)
        VALUES ('Spring', 'scheduled', ?, ?::jsonb, nullif(?::jsonb, 'null'), ?) RETURNING id
        """,
        listId,
        Json.write(CONTENT),
        window.map(Json::write).orElse("null"),
        launchAt.atOffset(ZoneOffset.UTC));
  }

  /** Makes a launched campaign of which nothing is planned yet. */
  public long launched(long listId) {
    long id = scheduled(listId, Instant.parse("2026-11-24T09:00:00Z"), Optional.empty());
    database.execute(
        "UPDATE campaign SET state = 'running', launched_at = launch_at WHERE id = ?", id);
    return id;
  }

  public void moveTo(long campaignId, String state) {
    database.execute(
        "UPDATE campaign SET state = ?::campaign_state WHERE id = ?", state, campaignId);
  }

  /** How many deliveries of a campaign stand in a state. */
  public long deliveries(long campaignId, String state) {
    return database.number(
        "SELECT count(*) FROM delivery WHERE campaign_id = ? AND state = ?::delivery_state",
        campaignId,
        state);
  }

  /** Open deliveries that nobody will ever send: those of a batch that is done, or of none. */
  public List<String> orphans() {
    return database.texts(
        """
        SELECT d.id || ' in batch ' || coalesce(b.id, 0)
          FROM delivery d LEFT JOIN batch b ON b.id = d.batch_id
         WHERE d.state = 'planned' AND (b.id IS NULL OR b.state = 'done')
        """);
  }

  /** What the rollup counts of an outcome. */
  public long rolledUp(long campaignId, String outcome) {
    return database.number(
        "SELECT coalesce(sum(count), 0)::bigint FROM result_rollup WHERE campaign_id = ? AND outcome = ?",
        campaignId,
        outcome);
  }
}
