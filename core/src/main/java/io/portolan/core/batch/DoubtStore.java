package io.portolan.core.batch;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decisions on the deliveries of a campaign that are in doubt. Each locks, and then decides.
 * Thread-safe; holds no state.
 */
public final class DoubtStore {
  // batches are locked before their deliveries, as those do that record results and end claims. A
  // statement of its own: what a claim's end moved into a batch while this waited for its lock is
  // seen only by the statement after it. A batch that ended meanwhile is among them, for it tells
  // that there may be another one
  private static final String LOCK =
      """
      SELECT b.id FROM batch b
       WHERE b.campaign_id = ?::bigint
         AND b.id IN (SELECT d.batch_id FROM delivery d
                       WHERE d.campaign_id = b.campaign_id AND d.in_doubt_since IS NOT NULL
                         AND d.state = 'planned')
       ORDER BY b.id
         FOR UPDATE OF b
      """;

  private static final String RESEND =
      """
      WITH args AS (SELECT ?::bigint AS campaign_id, ?::timestamptz AS now, ?::bigint[] AS batches),
      freed AS (
          UPDATE delivery d SET in_doubt_since = NULL, offer_expires_at = NULL, not_before = NULL
            FROM args
           WHERE d.campaign_id = args.campaign_id AND d.in_doubt_since IS NOT NULL AND d.state = 'planned'
             AND d.batch_id = ANY (args.batches)
          RETURNING d.id),
      due AS (
          UPDATE batch b SET kind = 'retry', due_at = args.now
            FROM args WHERE b.id = ANY (args.batches) AND b.state = 'queued' AND b.kind = 'in-doubt'
          RETURNING b.id, b.campaign_id, b.platform, b.due_at)
      SELECT (SELECT count(*)::int FROM freed) AS deliveries, due.*
        FROM (SELECT 1) AS one LEFT JOIN due ON true
      """;

  // a batch that also holds what was freed to be sent again is left to its trigger
  private static final String GIVE_UP =
      """
      WITH args AS (
          SELECT ?::bigint AS campaign_id, ?::timestamptz AS now, ?::bigint[] AS batches, ?::text AS category),
      ended AS (
          UPDATE delivery d
             SET state = 'expired', category = args.category, ended_at = args.now, not_before = NULL,
                 in_doubt_since = NULL, offer_expires_at = NULL
            FROM args
           WHERE d.campaign_id = args.campaign_id AND d.in_doubt_since IS NOT NULL AND d.state = 'planned'
             AND d.batch_id = ANY (args.batches)
          RETURNING d.isp, d.platform),
      closed AS (
          UPDATE batch b SET state = 'done'
            FROM args WHERE b.id = ANY (args.batches) AND b.state = 'queued' AND b.kind = 'in-doubt'
             AND NOT EXISTS (SELECT FROM delivery d
                              WHERE d.batch_id = b.id AND d.state = 'planned' AND d.in_doubt_since IS NULL)),
      counted AS (
          INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
          SELECT args.campaign_id, date_trunc('minute', args.now, 'UTC'), e.isp, e.platform, '', 0, '', 'expired',
                 args.category, count(*)
            FROM args, ended e GROUP BY 1, 2, 3, 4, 9
       ORDER BY e.isp COLLATE "C", e.platform COLLATE "C"
          ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
          DO UPDATE SET count = t.count + excluded.count)
      SELECT count(*)::int AS deliveries FROM ended
      """;

  private final Database database;

  public DoubtStore(Database database) {
    this.database = database;
  }

  /**
   * What was decided to be sent again.
   *
   * @param deliveries how many
   * @param batches that are due now with them
   */
  public record Resent(int deliveries, List<QueuedBatch> batches) {
    public Resent {
      batches = List.copyOf(batches);
    }
  }

  private record Line(int deliveries, Optional<QueuedBatch> batch) {
    static Line of(Row row) throws SQLException {
      Optional<Long> id = row.optionalNumber("id");
      return new Line(
          row.integer("deliveries"),
          id.isPresent() ? Optional.of(BatchStore.queued(row)) : Optional.empty());
    }
  }

  /** Lets a campaign's deliveries in doubt be sent again: their recipients may get two copies. */
  public Resent resend(long campaignId, Instant now) {
    List<Line> lines =
        database.inTransaction(
            connection ->
                Sql.list(
                    connection, RESEND, Line::of, campaignId, now, lock(connection, campaignId)));
    return new Resent(
        lines.getFirst().deliveries(),
        lines.stream().flatMap(line -> line.batch().stream()).toList());
  }

  /**
   * Ends a campaign's deliveries in doubt as expired: their recipients may have got nothing.
   *
   * @return how many
   */
  public int giveUp(long campaignId, Instant now) {
    return database.inTransaction(
        connection ->
            Sql.one(
                connection,
                GIVE_UP,
                row -> row.integer("deliveries"),
                campaignId,
                now,
                lock(connection, campaignId),
                DeliveryOutcome.IN_DOUBT));
  }

  /** Locks until there is no batch that a claim's end made while this waited. */
  private static List<Long> lock(Connection connection, long campaignId) throws SQLException {
    Set<Long> locked = new LinkedHashSet<>();
    while (locked.addAll(Sql.list(connection, LOCK, row -> row.number("id"), campaignId))) {}
    return List.copyOf(locked);
  }
}
