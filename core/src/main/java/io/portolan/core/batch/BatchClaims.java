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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Claims batches within a transaction of {@link BatchStore}: two statements, a third if deliveries
 * end at once, and a fourth if some are in doubt. Holds no state.
 *
 * <p>What a guardrail holds is left out, and no row of it is written, however much it is. A batch
 * of which nothing else is left is put back until somebody lets it go on, or to be looked at again
 * in an hour. No lifetime runs meanwhile: it counts from the release.
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
          SELECT ?::bigint AS batch_id, ?::bigint AS campaign_id, ?::timestamptz AS now, ?::bigint AS list_id,
                 ?::text AS sending_domain),
      guarded AS MATERIALIZED (
          SELECT h.isp, bool_or(h.released_at IS NULL) AS held, max(h.released_at) AS released_at
            FROM args JOIN campaign_hold h ON h.campaign_id = args.campaign_id GROUP BY h.isp)
      SELECT DISTINCT ON (c.domain, c.id) c.*,
             coalesce(c.not_before > args.now, false) AS early,
             c.offer_expires_at <= args.now AS over,
             CASE WHEN c.offer_expires_at IS NOT NULL THEN NULL
                  WHEN c.address = '' THEN 'erased'
                  ELSE %s END AS suppressed
        FROM args CROSS JOIN LATERAL (
             SELECT d.id, d.recipient_id, d.address, d.domain, d.isp, d.attempts, d.first_attempt_at,
                    CASE WHEN coalesce(d.first_attempt_at, d.first_held_at) IS NOT NULL
                         THEN greatest(coalesce(d.first_attempt_at, d.first_held_at), g.released_at) END AS ages_since,
                    d.pinned_route, d.category, d.offer_expires_at, d.not_before,
                    coalesce(r.attributes, '{}') AS attributes,
                    coalesce(r.address_key, d.address_key, lower(d.address)) AS address_key
               FROM delivery d
               LEFT JOIN LATERAL (
                    SELECT attributes, address_key FROM recipient
                     WHERE list_id = args.list_id AND id = d.recipient_id LIMIT 1) AS r ON true
               LEFT JOIN LATERAL (
                    SELECT bool_or(held) AS held, max(released_at) AS released_at FROM guarded
                     WHERE isp IN (d.isp, '')) AS g ON true
              WHERE d.batch_id = args.batch_id AND d.state = 'planned'
                AND NOT (coalesce(g.held, false) AND d.offer_expires_at IS NULL
                         AND coalesce(d.not_before <= args.now, true))) AS c
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

  private static final String PUT_BACK =
      """
      UPDATE batch b SET state = 'queued', claimed_by = NULL, due_at = ?
       WHERE b.id = ? AND b.state = 'claimed'
         AND EXISTS (SELECT FROM delivery d WHERE d.batch_id = b.id AND d.state = 'planned')
      RETURNING b.id, b.campaign_id, b.platform, b.due_at
      """;

  private static final String FIND =
      """
      SELECT b.id, b.campaign_id, b.platform, b.due_at, b.state = 'queued' AS queued, c.state::text AS campaign
        FROM batch b JOIN campaign c ON c.id = b.campaign_id
       WHERE b.id = ?
      """;

  /** A release finds what is held; this is for one that was lost with its node. */
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private BatchClaims() {}

  /**
   * @param contents of the batches that are in hand
   */
  static BatchClaim claim(
      Connection connection, SharedContents contents, long batchId, String node, Instant now)
      throws SQLException {
    Optional<BatchClaim> claimed =
        Sql.first(connection, CLAIM, row -> claimed(connection, contents, row, now), node, batchId);
    return claimed.isPresent() ? claimed.get() : refusal(connection, batchId);
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

  private static BatchClaim claimed(
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
            row.number("campaign_id"),
            now,
            origin.listId(),
            origin.sendingDomain().map(Domain::name));
    if (loaded.isEmpty()) {
      Optional<QueuedBatch> held =
          Sql.first(
              connection, PUT_BACK, BatchStore::queued, now.plus(LOOK_AGAIN), row.number("id"));
      if (held.isPresent()) {
        return new BatchClaim.Held(held.get());
      }
    }
    List<End> ends = loaded.stream().flatMap(one -> one.end().stream()).toList();
    if (!ends.isEmpty()) {
      end(connection, ends, now);
    }
    List<Long> doubted = loaded.stream().filter(Loaded::inDoubt).map(Loaded::id).toList();
    if (!doubted.isEmpty()) {
      Sql.update(connection, DOUBT, now, doubted);
    }
    return new BatchClaim.Granted(
        new ClaimedBatch(
            row.number("id"),
            row.number("campaign_id"),
            row.text("platform"),
            row.integer("epoch"),
            content,
            InDoubt.of(row.text("in_doubt")).orElseThrow(),
            origin,
            loaded.stream().filter(Loaded::isSent).map(Loaded::delivery).toList()));
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
        row.optionalInstant("ages_since"),
        row.optionalText("pinned_route"),
        row.optionalText("category"));
  }

  private static Map<String, Object> attributes(String json) {
    return json.equals("{}") ? Map.of() : Json.readObject(json);
  }
}
