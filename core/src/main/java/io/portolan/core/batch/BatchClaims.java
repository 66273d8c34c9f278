package io.portolan.core.batch;

import io.portolan.core.address.Domain;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.json.Json;
import io.portolan.core.suppression.MailOrigin;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Claims batches within a transaction of {@link BatchStore}: two statements, a third if deliveries
 * end at once, and a fourth if some are in doubt. Holds no state.
 *
 * <p>Who was suppressed since the campaign was planned ends here. So does what was in doubt to the
 * end of its lifetime; what is in doubt still is left out and waits for a decision. What a dead
 * node had deferred before it could end its claim waits for its time.
 */
final class BatchClaims {
  private static final String CLAIM =
      """
      UPDATE batch b
         SET state = 'claimed', epoch = b.epoch + 1, claimed_by = ?
        FROM campaign c
       WHERE b.id = ? AND b.state = 'queued' AND c.id = b.campaign_id AND c.state = 'running'
      RETURNING b.id, b.campaign_id, b.platform, b.epoch, c.content, c.in_doubt, c.list_id
      """;

  // recipients one by one by key: a plain join is planned as a scan of all recipients while the
  // tables are new and have no statistics
  private static final String LOAD =
      """
      WITH args AS (
          SELECT ?::bigint AS batch_id, ?::timestamptz AS now, ?::bigint AS list_id, ?::text AS sending_domain)
      SELECT DISTINCT ON (c.domain, c.id) c.*,
             coalesce(c.not_before > args.now, false) AS early,
             c.offer_expires_at <= args.now AS over,
             CASE WHEN c.offer_expires_at IS NOT NULL THEN NULL
                  WHEN c.address = '' THEN 'erased'
                  ELSE %s END AS suppressed
        FROM args CROSS JOIN LATERAL (
             SELECT d.id, d.recipient_id, d.address, d.domain, d.isp, d.attempts, d.first_attempt_at, d.first_held_at,
                    d.pinned_route, d.category, d.offer_expires_at, d.not_before,
                    coalesce(r.attributes, '{}') AS attributes,
                    coalesce(r.address_key, d.address_key, lower(d.address)) AS address_key
               FROM delivery d
               LEFT JOIN LATERAL (
                    SELECT attributes, address_key FROM recipient
                     WHERE list_id = args.list_id AND id = d.recipient_id LIMIT 1) AS r ON true
              WHERE d.batch_id = args.batch_id AND d.state = 'planned') AS c
        %s
       ORDER BY c.domain, c.id, %s
      """
          .formatted(Covering.REASON, Covering.JOIN, Covering.ORDER);

  private static final String END =
      """
      WITH ended AS (
          UPDATE delivery d
             SET state = e.state::delivery_state, category = e.category, ended_at = args.now, not_before = NULL,
                 offer_expires_at = NULL, in_doubt_since = NULL
            FROM (SELECT ?::timestamptz AS now) AS args,
                 unnest(?::bigint[], ?::text[], ?::text[]) AS e (id, state, category)
           WHERE d.id = e.id AND d.state = 'planned'
          RETURNING d.campaign_id, args.now, d.isp, d.platform, d.state, d.category)
      INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
      SELECT e.campaign_id, date_trunc('minute', e.now, 'UTC'), e.isp, e.platform, '', 0, '', e.state::text, e.category,
             count(*)
        FROM ended e GROUP BY 1, 2, 3, 4, 8, 9
       ORDER BY e.isp COLLATE "C", e.platform COLLATE "C", e.state::text COLLATE "C", e.category COLLATE "C"
      ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private static final String DOUBT =
      """
      UPDATE delivery
         SET in_doubt_since = coalesce(in_doubt_since, ?::timestamptz), not_before = offer_expires_at
       WHERE id = ANY (?::bigint[]) AND state = 'planned'
      """;

  private static final String FIND =
      """
      SELECT b.id, b.campaign_id, b.platform, b.due_at, b.state = 'queued' AS queued, c.state::text AS campaign
        FROM batch b JOIN campaign c ON c.id = b.campaign_id
       WHERE b.id = ?
      """;

  private BatchClaims() {}

  /**
   * @param contents of the batches that are in hand
   */
  static BatchClaim claim(
      Connection connection, SharedContents contents, long batchId, String node, Instant now)
      throws SQLException {
    Optional<ClaimedBatch> claimed =
        Sql.first(connection, CLAIM, row -> claimed(connection, contents, row, now), node, batchId);
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

  private static ClaimedBatch claimed(
      Connection connection, SharedContents contents, Row row, Instant now) throws SQLException {
    CampaignContent content =
        contents.shared(
            row.number("campaign_id"), Json.read(row.text("content"), CampaignContent.class));
    MailOrigin origin = new MailOrigin(row.optionalNumber("list_id"), content.sendingDomain());
    List<Loaded> loaded =
        Sql.list(
            connection,
            LOAD,
            Loaded::of,
            row.number("id"),
            now,
            origin.listId(),
            origin.sendingDomain().map(Domain::name));
    List<End> ends = loaded.stream().flatMap(one -> one.end().stream()).toList();
    if (!ends.isEmpty()) {
      end(connection, ends, now);
    }
    List<Long> doubted = loaded.stream().filter(Loaded::inDoubt).map(Loaded::id).toList();
    if (!doubted.isEmpty()) {
      Sql.update(connection, DOUBT, now, doubted);
    }
    return new ClaimedBatch(
        row.number("id"),
        row.number("campaign_id"),
        row.text("platform"),
        row.integer("epoch"),
        content,
        InDoubt.of(row.text("in_doubt")).orElseThrow(),
        origin,
        loaded.stream().filter(Loaded::isSent).map(Loaded::delivery).toList());
  }

  /** A delivery that ends without being sent. */
  private record End(long id, DeliveryState state, String category) {}

  /**
   * An open delivery of a batch.
   *
   * @param early its time has not come
   * @param suppressed why it may not be sent
   * @param over whether its lifetime has ended, of one that is in doubt
   */
  private record Loaded(
      ClaimedDelivery delivery,
      boolean early,
      Optional<String> suppressed,
      Optional<Boolean> over) {
    static Loaded of(Row row) throws SQLException {
      return new Loaded(
          BatchClaims.delivery(row),
          row.flag("early"),
          row.optionalText("suppressed"),
          row.optionalFlag("over"));
    }

    long id() {
      return delivery.id();
    }

    Optional<End> end() {
      return suppressed
          .map(reason -> new End(id(), DeliveryState.SUPPRESSED, reason))
          .or(
              () ->
                  over.filter(isOver -> isOver)
                      .map(_ -> new End(id(), DeliveryState.EXPIRED, "in-doubt")));
    }

    boolean inDoubt() {
      return over.isPresent() && !over.get();
    }

    boolean isSent() {
      return suppressed.isEmpty() && over.isEmpty() && !early;
    }
  }

  private static void end(Connection connection, List<End> ends, Instant now) throws SQLException {
    Sql.update(
        connection,
        END,
        now,
        ends.stream().map(End::id).toList(),
        ends.stream().map(one -> one.state().id()).toList(),
        ends.stream().map(End::category).toList());
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
