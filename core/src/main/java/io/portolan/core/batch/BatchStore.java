package io.portolan.core.batch;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The {@code batch} table: claims, and what becomes of a batch's deliveries when the claim ends.
 * Thread-safe; all batches of a campaign that are in hand share one content.
 *
 * <p>A batch costs two statements to claim and load ({@link BatchClaims}), and three to end; one of
 * the latter moves what is left, however much it is.
 *
 * <p>Deliveries that were deferred or held wait in retry batches. Their times are rounded up, to a
 * second for waits below a minute, five seconds below ten minutes, else half a minute, and
 * deliveries of one campaign, platform and time share a batch, whichever batch they come from.
 */
public final class BatchStore {
  // the advisory lock lets batches of one campaign and platform end one after the other, so that
  // each sees the retry batches that the others made
  private static final String HOLD =
      """
      SELECT pg_advisory_xact_lock(hashint8(b.campaign_id), hashtext('portolan.retries ' || b.platform))
        FROM (SELECT * FROM batch WHERE id = ? AND epoch = ? AND state = 'claimed' FOR UPDATE) AS b
      """;

  // read after the locks were taken, which may have been waited for
  private static final String IS_CANCELLED =
      "SELECT state = 'cancelled' AS cancelled FROM campaign WHERE id = ?";

  // a delivery without "due" was left untouched and stays in the batch
  private static final String END =
      """
      WITH args AS (
          SELECT ?::bigint AS id, ?::bigint AS campaign_id, ?::text AS platform, ?::timestamptz AS now,
                 ?::timestamptz AS untouched_due, ?::int AS batch_size),
      open AS MATERIALIZED (
          SELECT d.id, CASE WHEN d.in_doubt_since IS NULL THEN 'retry' ELSE 'in-doubt' END AS kind,
                 CASE WHEN d.not_before > args.now THEN date_bin(w.width, d.not_before + w.width - interval '1 us',
                                                                 timestamptz '2000-01-01 00:00:00Z') END AS due
            FROM args JOIN delivery d ON d.batch_id = args.id AND d.state = 'planned'
           CROSS JOIN LATERAL (
                 SELECT CASE WHEN d.not_before < args.now + interval '1 min' THEN interval '1 s'
                             WHEN d.not_before < args.now + interval '10 min' THEN interval '5 s'
                             ELSE interval '30 s' END AS width) AS w),
      wanted AS MATERIALIZED (
          SELECT due, kind, count(*)::int AS size FROM open WHERE due IS NOT NULL GROUP BY due, kind),
      fitting AS MATERIALIZED (
          SELECT DISTINCT ON (w.due, w.kind) b.id, w.size
            FROM args CROSS JOIN wanted w
            JOIN batch b ON b.campaign_id = args.campaign_id AND b.platform = args.platform AND b.due_at = w.due
             AND b.state = 'queued' AND b.kind = w.kind AND b.size + w.size <= args.batch_size
           ORDER BY w.due, w.kind, b.id),
      joined AS (
          UPDATE batch b SET size = b.size + f.size FROM fitting f WHERE b.id = f.id AND b.state = 'queued'
          RETURNING b.id, b.campaign_id, b.platform, b.due_at, b.kind),
      made AS (
          INSERT INTO batch (campaign_id, platform, due_at, size, kind)
          SELECT args.campaign_id, args.platform, w.due, w.size, w.kind
            FROM args, wanted w WHERE (w.due, w.kind) NOT IN (SELECT due_at, kind FROM joined)
          RETURNING id, campaign_id, platform, due_at, kind),
      moved AS (
          UPDATE delivery d SET batch_id = t.id
            FROM open JOIN (SELECT id, due_at, kind FROM joined UNION ALL SELECT id, due_at, kind FROM made) AS t
                        ON t.due_at = open.due AND t.kind = open.kind
           WHERE d.id = open.id),
      untouched AS MATERIALIZED (SELECT count(*)::int AS size FROM open WHERE due IS NULL),
      ended AS (
          UPDATE batch b
             SET state = (CASE WHEN u.size > 0 THEN 'queued' ELSE 'done' END)::batch_state,
                 size = CASE WHEN u.size > 0 THEN u.size ELSE b.size END,
                 due_at = CASE WHEN u.size > 0 THEN args.untouched_due ELSE b.due_at END,
                 claimed_by = NULL
            FROM args, untouched u WHERE b.id = args.id AND b.state = 'claimed'
          RETURNING b.id, b.campaign_id, b.platform, b.due_at, b.state)
      SELECT id, campaign_id, platform, due_at FROM joined
      UNION ALL SELECT id, campaign_id, platform, due_at FROM made
      UNION ALL SELECT id, campaign_id, platform, due_at FROM ended WHERE state = 'queued'
      """;

  // a statement of its own: what a claim's end moves into a batch until it is locked is seen only
  // by the statement after it
  private static final String LOCK_QUEUED =
      """
      SELECT b.id FROM batch b JOIN campaign c ON c.id = b.campaign_id AND c.state = 'cancelled'
       WHERE c.id = ? AND b.state = 'queued'
       ORDER BY b.id LIMIT ?
         FOR UPDATE OF b SKIP LOCKED
      """;

  private static final String CANCEL =
      """
      WITH args AS (SELECT ?::bigint[] AS batches, ?::bigint AS campaign_id, ?::timestamptz AS now),
      closed AS (
          UPDATE batch b SET state = 'done', claimed_by = NULL
            FROM args WHERE b.id = ANY (args.batches) AND b.state <> 'done'),
      ended AS (
          UPDATE delivery d SET state = 'cancelled', ended_at = args.now, not_before = NULL
            FROM args WHERE d.batch_id = ANY (args.batches) AND d.state = 'planned'
          RETURNING d.isp, d.platform)
      INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
      SELECT args.campaign_id, date_trunc('minute', args.now, 'UTC'), e.isp, e.platform, '', 0, '', 'cancelled', '',
             count(*)
        FROM args, ended e GROUP BY 1, 2, 3, 4 ORDER BY e.isp COLLATE "C", e.platform COLLATE "C"
      ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private static final String FIND_QUEUED =
      "SELECT id, campaign_id, platform, due_at FROM batch WHERE id = ? AND state = 'queued'";

  // a node is alive while Quartz keeps its check-in; both tables are read as of one moment
  private static final String REVOKE_OF_DEAD =
      """
      UPDATE batch SET state = 'queued', epoch = epoch + 1, claimed_by = NULL
       WHERE state = 'claimed'
         AND claimed_by NOT IN (SELECT instance_name FROM qrtz_scheduler_state)
      RETURNING id, campaign_id, platform, due_at
      """;

  private static final String CLAIMED_BY =
      "SELECT id, epoch FROM batch WHERE state = 'claimed' AND claimed_by = ?";

  private static final String REVOKE_LEFT =
      """
      UPDATE batch b SET state = 'queued', epoch = b.epoch + 1, claimed_by = NULL
        FROM unnest(?::bigint[], ?::int[]) AS l (id, epoch)
       WHERE b.id = l.id AND b.epoch = l.epoch AND b.state = 'claimed'
      RETURNING b.id, b.campaign_id, b.platform, b.due_at
      """;

  private static final String LATEST_ACTIVATION =
      "SELECT coalesce(max(id), 0) AS id FROM port_policy_activation";

  // those of claimed batches, too, which become retries only when their batch ends
  private static final String LOCK_HELD =
      """
      SELECT b.id FROM (SELECT ?::timestamptz AS now, ?::text AS reason) AS args, batch b
       WHERE (b.state = 'claimed' OR (b.state = 'queued' AND b.kind = 'retry' AND b.due_at > args.now))
         AND EXISTS (SELECT FROM delivery d
                      WHERE d.batch_id = b.id AND d.state = 'planned' AND d.not_before > args.now
                        AND starts_with(d.held_because, args.reason))
       ORDER BY b.id
         FOR UPDATE OF b
      """;

  // deferred ones of the same batches keep their time, and move on when the batch ends
  private static final String WAKE_HELD =
      """
      WITH args AS (SELECT ?::bigint[] AS batches, ?::text AS reason, ?::timestamptz AS now),
      woken AS (
          UPDATE delivery d SET not_before = args.now
            FROM args
           WHERE d.batch_id = ANY (args.batches)
             AND d.state = 'planned' AND starts_with(d.held_because, args.reason) AND d.not_before > args.now
          RETURNING d.batch_id)
      UPDATE batch b SET due_at = args.now
        FROM args WHERE b.id IN (SELECT batch_id FROM woken) AND b.state = 'queued'
      RETURNING b.id, b.campaign_id, b.platform, b.due_at
      """;

  private static final int BATCHES_CANCELLED_AT_ONCE = 10;

  private final Database database;
  private final SharedContents contents = new SharedContents();

  private record Claim(long id, int epoch) {
    static Claim of(Row row) throws SQLException {
      return new Claim(row.number("id"), row.integer("epoch"));
    }
  }

  public BatchStore(Database database) {
    this.database = database;
  }

  /** The activation of the policy in force, by its id; it rises with each. */
  public long latestActivation() {
    return database.read(
        connection -> Sql.one(connection, LATEST_ACTIVATION, row -> row.number("id")));
  }

  /**
   * Makes the deliveries due that are held for want of a path, since a new policy may have one.
   * What is held for anything else, or was deferred by a peer, keeps its time.
   *
   * @return the batches that are due now, whose triggers are to be moved
   */
  public List<QueuedBatch> wakeHeld(Instant now) {
    return database.inTransaction(
        connection -> {
          List<Long> locked =
              Sql.list(connection, LOCK_HELD, row -> row.number("id"), now, Held.NO_PATH);
          return locked.isEmpty()
              ? List.of()
              : Sql.list(connection, WAKE_HELD, BatchStore::queued, locked, Held.NO_PATH, now);
        });
  }

  /**
   * Claims a queued batch of a running campaign and loads the deliveries that are still open and
   * that no guardrail holds. Those that were suppressed since planning end.
   *
   * @param node the node that wants it
   */
  public BatchClaim claim(long batchId, String node, Instant now) {
    return database.inTransaction(
        connection -> BatchClaims.claim(connection, contents, batchId, node, now));
  }

  /**
   * Ends a claim: the batch is done, or queued again if its sender left deliveries untouched. What
   * was deferred or held moves to retry batches. If the campaign has been cancelled, what is open
   * ends as cancelled.
   *
   * @param untouchedDelay how long deliveries wait that the sender left untouched
   */
  public BatchEnd end(ClaimedBatch batch, Instant now, Duration untouchedDelay) {
    return database.inTransaction(
        connection -> {
          if (Sql.list(connection, HOLD, row -> true, batch.id(), batch.epoch()).isEmpty()) {
            return new BatchEnd.Lost();
          }
          if (Sql.one(connection, IS_CANCELLED, row -> row.flag("cancelled"), batch.campaignId())) {
            Sql.update(connection, CANCEL, List.of(batch.id()), batch.campaignId(), now);
            return new BatchEnd.Done(List.of());
          }
          return end(connection, batch, now, now.plus(untouchedDelay));
        });
  }

  /**
   * Ends the queued batches of a cancelled campaign, some thousand deliveries in a transaction.
   * Claimed ones end when their sender returns them. Does nothing to any other campaign.
   */
  public void cancelQueued(long campaignId, Instant now) {
    boolean more;
    do {
      more = database.inTransaction(connection -> cancelQueued(connection, campaignId, now));
    } while (more);
  }

  /** A batch, if it is queued. */
  public Optional<QueuedBatch> findQueued(long batchId) {
    return database.read(
        connection -> Sql.first(connection, FIND_QUEUED, BatchStore::queued, batchId));
  }

  /**
   * Takes the batches back that were claimed by nodes that Quartz has found dead. Results under the
   * old claims are refused from now on.
   */
  public List<QueuedBatch> revokeOfDeadNodes() {
    return database.inTransaction(
        connection -> Sql.list(connection, REVOKE_OF_DEAD, BatchStore::queued));
  }

  /**
   * Takes the batches back that a node has claimed and does not work on.
   *
   * @param working the batches that it works on; asked after its claims were read. Whoever claims
   *     says that it works before it does, so that a claim of which nobody says so was left, and
   *     the statement may come as late as it will
   */
  public List<QueuedBatch> revokeLeft(String node, Supplier<Set<Long>> working) {
    List<Claim> claims =
        database.read(connection -> Sql.list(connection, CLAIMED_BY, Claim::of, node));
    if (claims.isEmpty()) {
      return List.of();
    }
    Set<Long> atWork = working.get();
    List<Claim> left = claims.stream().filter(claim -> !atWork.contains(claim.id())).toList();
    return left.isEmpty()
        ? List.of()
        : database.inTransaction(
            connection ->
                Sql.list(
                    connection,
                    REVOKE_LEFT,
                    BatchStore::queued,
                    left.stream().map(Claim::id).toList(),
                    left.stream().map(Claim::epoch).toList()));
  }

  private static boolean cancelQueued(Connection connection, long campaignId, Instant now)
      throws SQLException {
    List<Long> locked =
        Sql.list(
            connection,
            LOCK_QUEUED,
            row -> row.number("id"),
            campaignId,
            BATCHES_CANCELLED_AT_ONCE);
    if (locked.isEmpty()) {
      return false;
    }
    Sql.update(connection, CANCEL, locked, campaignId, now);
    return true;
  }

  private static BatchEnd end(
      Connection connection, ClaimedBatch batch, Instant now, Instant untouchedDue)
      throws SQLException {
    List<QueuedBatch> retries =
        new ArrayList<>(
            Sql.list(
                connection,
                END,
                BatchStore::queued,
                batch.id(),
                batch.campaignId(),
                batch.platform(),
                now,
                untouchedDue,
                PlanStore.BATCH_SIZE));
    Optional<QueuedBatch> itself =
        retries.stream().filter(queued -> queued.id() == batch.id()).findFirst();
    if (itself.isEmpty()) {
      return new BatchEnd.Done(retries);
    }
    retries.remove(itself.get());
    return new BatchEnd.Requeued(itself.get(), retries);
  }

  static QueuedBatch queued(Row row) throws SQLException {
    return new QueuedBatch(
        row.number("id"), row.number("campaign_id"), row.text("platform"), row.instant("due_at"));
  }
}
