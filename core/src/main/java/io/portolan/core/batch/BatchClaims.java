package io.portolan.core.batch;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.json.Json;
import io.portolan.core.suppression.MailOrigin;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Claims batches within a transaction of {@link BatchStore}: two statements. Holds no state. */
final class BatchClaims {
  private static final String CLAIM =
      """
      UPDATE batch b
         SET state = 'claimed', epoch = b.epoch + 1, claimed_by = ?, claimed_at = now()
        FROM campaign c
       WHERE b.id = ? AND b.state = 'queued' AND c.id = b.campaign_id AND c.state = 'running'
      RETURNING b.id, b.campaign_id, b.platform, b.epoch, c.content, c.in_doubt, c.list_id
      """;

  // recipients one by one by key: a plain join is planned as a scan of all recipients while the
  // tables are new and have no statistics. Who was suppressed since the campaign was planned ends
  // here. So does what was in doubt to the end of its lifetime; what is in doubt still is left out
  // and waits for a decision. What a dead node had deferred before it could end its claim waits for
  // its time
  private static final String LOAD =
      """
      WITH args AS (
          SELECT ?::bigint AS batch_id, ?::timestamptz AS now, ?::bigint AS list_id, ?::text AS sending_domain),
      open AS MATERIALIZED (
          SELECT d.id, d.recipient_id, d.campaign_id, d.address, d.domain, d.isp, d.platform, d.attempts,
                 d.first_attempt_at, d.first_held_at, d.pinned_route, d.category, d.offer_expires_at,
                 d.not_before,
                 coalesce(r.attributes, '{}') AS attributes,
                 CASE WHEN d.offer_expires_at IS NOT NULL THEN NULL
                      WHEN d.address = '' THEN 'erased'
                      ELSE (
                     SELECT s.reason
                       FROM covering_suppression(
                            coalesce(r.address_key, d.address_key, lower(d.address)),
                            d.domain, args.list_id, args.sending_domain, args.now) AS s) END AS suppressed
            FROM args JOIN delivery d ON d.batch_id = args.batch_id AND d.state = 'planned'
            LEFT JOIN LATERAL (
                 SELECT attributes, address_key FROM recipient WHERE id = d.recipient_id LIMIT 1) AS r ON true),
      ended AS (
          UPDATE delivery d
             SET state = (CASE WHEN o.suppressed IS NULL THEN 'expired' ELSE 'suppressed' END)::delivery_state,
                 category = coalesce(o.suppressed, 'in-doubt'), ended_at = args.now, not_before = NULL,
                 offer_expires_at = NULL, in_doubt_since = NULL
            FROM args, open o
           WHERE d.id = o.id AND (o.suppressed IS NOT NULL OR o.offer_expires_at <= args.now)
          RETURNING d.campaign_id, d.isp, d.platform, d.state, d.category),
      doubted AS (
          UPDATE delivery d
             SET in_doubt_since = coalesce(d.in_doubt_since, args.now), not_before = o.offer_expires_at
            FROM args, open o WHERE d.id = o.id AND o.offer_expires_at > args.now),
      counted AS (
          INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
          SELECT e.campaign_id, date_trunc('minute', args.now, 'UTC'), e.isp, e.platform, '', 0, '',
                 e.state::text, e.category, count(*)
            FROM args, ended e GROUP BY 1, 2, 3, 4, 8, 9 ORDER BY 3, 4, 8, 9
          ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
          DO UPDATE SET count = t.count + excluded.count)
      SELECT id, recipient_id, address, domain, isp, attempts, first_attempt_at, first_held_at, pinned_route, category,
             attributes
        FROM args, open
       WHERE suppressed IS NULL AND offer_expires_at IS NULL AND (not_before IS NULL OR not_before <= args.now)
       ORDER BY domain, id
      """;

  private static final String FIND =
      """
      SELECT b.id, b.campaign_id, b.platform, b.due_at, b.state = 'queued' AS queued, c.state::text AS campaign
        FROM batch b JOIN campaign c ON c.id = b.campaign_id
       WHERE b.id = ?
      """;

  private BatchClaims() {}

  static BatchClaim claim(Connection connection, long batchId, String node, Instant now)
      throws SQLException {
    Optional<ClaimedBatch> claimed =
        Sql.first(connection, CLAIM, row -> claimed(connection, row, now), node, batchId);
    return claimed.isPresent()
        ? new BatchClaim.Granted(claimed.get())
        : refusal(connection, batchId);
  }

  private static BatchClaim refusal(Connection connection, long batchId) throws SQLException {
    return Sql.first(
            connection,
            FIND,
            row -> {
              CampaignState campaign = CampaignState.of(row.text("campaign")).orElseThrow();
              return row.flag("queued")
                  ? new BatchClaim.NotRunning(BatchStore.queued(row), campaign)
                  : new BatchClaim.Refused();
            },
            batchId)
        .orElseGet(BatchClaim.Refused::new);
  }

  private static ClaimedBatch claimed(Connection connection, Row row, Instant now)
      throws SQLException {
    CampaignContent content = Json.read(row.text("content"), CampaignContent.class);
    MailOrigin origin = new MailOrigin(row.optionalNumber("list_id"), content.sendingDomain());
    List<ClaimedDelivery> deliveries =
        Sql.list(
            connection,
            LOAD,
            BatchClaims::delivery,
            row.number("id"),
            now,
            origin.listId(),
            origin.sendingDomain().map(Domain::name));
    return new ClaimedBatch(
        row.number("id"),
        row.number("campaign_id"),
        row.text("platform"),
        row.integer("epoch"),
        content,
        InDoubt.of(row.text("in_doubt")).orElseThrow(),
        origin,
        deliveries);
  }

  private static ClaimedDelivery delivery(Row row) throws SQLException {
    return new ClaimedDelivery(
        row.number("id"),
        row.number("recipient_id"),
        row.text("address"),
        row.text("domain"),
        row.text("isp"),
        row.integer("attempts"),
        attributes(row.text("attributes")),
        row.optionalInstant("first_attempt_at"),
        row.optionalInstant("first_held_at"),
        row.optionalText("pinned_route"),
        row.optionalText("category"));
  }

  private static Map<String, Object> attributes(String json) {
    return json.equals("{}") ? Map.of() : Json.readObject(json);
  }
}
