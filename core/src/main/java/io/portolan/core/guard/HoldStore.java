package io.portolan.core.guard;

import io.portolan.core.batch.QueuedBatch;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The {@code campaign_hold} table. Thread-safe; holds no state. */
public final class HoldStore {
  /** How the reason of a delivery begins that a guardrail holds. */
  public static final String HELD = "guardrail: ";

  private static final String ADD =
      """
      INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
      SELECT ?, ?, ?, ?, ?, ?, ?
      ON CONFLICT (campaign_id, isp) WHERE released_at IS NULL DO NOTHING
      """;

  private static final String OF_CAMPAIGN =
      "SELECT * FROM campaign_hold WHERE campaign_id = ? ORDER BY id DESC LIMIT 100";

  // the isp null: all of the campaign's
  private static final String RELEASE =
      """
      UPDATE campaign_hold SET released_at = ?, released_by = ?, note = ?
       WHERE campaign_id = ? AND released_at IS NULL AND (?::text IS NULL OR isp = ?)
      RETURNING *
      """;

  // from then on what was seen counts as usual: twice as much would be an alarm again
  private static final String RESTART =
      """
      UPDATE guard_test SET score = 0, total = 0, trials = 0, hits = 0, started_at = ?, up = ?, down = ?
       WHERE campaign_id = ? AND isp = ? AND guard = ?
      """;

  private static final String RELEASED_SINCE =
      """
      SELECT DISTINCT h.campaign_id, h.isp FROM campaign_hold h
       WHERE h.released_at >= ?
         AND NOT EXISTS (SELECT FROM campaign_hold o
                          WHERE o.campaign_id = h.campaign_id AND o.isp = h.isp AND o.released_at IS NULL)
      """;

  // batches are locked before their deliveries, as those do that record results and end claims;
  // claimed ones, too, whose held deliveries move on when their claim ends. What was woken before
  // has
  // no time any more and is left alone
  private static final String LOCK_BATCHES =
      """
      SELECT b.id FROM batch b
       WHERE b.campaign_id = ?::bigint AND b.state IN ('queued', 'claimed')
         AND b.id IN (SELECT d.batch_id FROM delivery d
                       WHERE d.campaign_id = b.campaign_id AND d.state = 'planned'
                         AND d.held_because LIKE 'guardrail: %' AND d.not_before IS NOT NULL AND (?::text IS NULL OR d.isp = ?))
       ORDER BY b.id
         FOR UPDATE OF b
      """;

  private static final String WAKE =
      """
      WITH args AS (SELECT ?::bigint AS campaign_id, ?::timestamptz AS now, ?::bigint[] AS batches, ?::text AS isp),
      freed AS (
          UPDATE delivery d SET not_before = NULL
            FROM args
           WHERE d.campaign_id = args.campaign_id AND d.state = 'planned' AND d.batch_id = ANY (args.batches)
             AND d.held_because LIKE 'guardrail: %' AND d.not_before IS NOT NULL AND (args.isp IS NULL OR d.isp = args.isp)
             AND NOT EXISTS (SELECT FROM campaign_hold o
                              WHERE o.campaign_id = d.campaign_id AND o.isp = d.isp AND o.released_at IS NULL)
          RETURNING d.batch_id)
      UPDATE batch b SET due_at = args.now
        FROM args WHERE b.id IN (SELECT batch_id FROM freed) AND b.state = 'queued'
      RETURNING b.id, b.campaign_id, b.platform, b.due_at
      """;

  private final Database database;

  public HoldStore(Database database) {
    this.database = database;
  }

  /** How a test goes on after its alarm was overridden: what a hit and a miss add to its score. */
  @FunctionalInterface
  public interface Restart {
    Steps after(Hold hold);
  }

  /** What a hit and a miss add to a score. */
  public record Steps(double up, double down) {}

  /** What was held; the ISP is empty for a whole campaign. */
  private record Place(long campaignId, String isp) {}

  /** What a release set free: the holds, and the batches that can be sent now. */
  public record Released(List<Hold> holds, List<QueuedBatch> batches) {
    public Released {
      holds = List.copyOf(holds);
      batches = List.copyOf(batches);
    }
  }

  /** Adds a hold where there is none, in the transaction of whoever found out. */
  public static boolean add(Connection connection, Hold hold) throws SQLException {
    return Sql.update(
            connection,
            ADD,
            hold.campaignId(),
            hold.isp(),
            hold.guard(),
            hold.trials(),
            hold.hits(),
            hold.reason(),
            hold.heldAt())
        == 1;
  }

  /** The holds of a campaign, past ones too, the latest first; 100 at most. */
  public List<Hold> of(long campaignId) {
    return database.read(
        connection -> Sql.list(connection, OF_CAMPAIGN, HoldStore::hold, campaignId));
  }

  /** The holds of a campaign that wait for a person. */
  public List<Hold> open(long campaignId) {
    return of(campaignId).stream().filter(hold -> hold.releasedAt().isEmpty()).toList();
  }

  /**
   * Lets go on what is held, and starts its tests anew.
   *
   * @param isp empty for all that is held of the campaign
   * @param by who says so
   */
  public Released release(
      long campaignId, String isp, String by, String note, Restart restart, Instant now) {
    Object only = isp.isEmpty() ? null : isp;
    return database.inTransaction(
        connection -> {
          List<Hold> holds =
              Sql.list(connection, RELEASE, HoldStore::hold, now, by, note, campaignId, only, only);
          for (Hold hold : holds) {
            Steps steps = restart.after(hold);
            Sql.update(
                connection,
                RESTART,
                now,
                steps.up(),
                steps.down(),
                campaignId,
                hold.isp(),
                hold.guard());
          }
          return new Released(holds, wake(connection, campaignId, isp, now));
        });
  }

  /**
   * Lets go on what was held a moment after its release, by senders that had not heard of it.
   *
   * @param since of which releases
   * @return the batches that can be sent now
   */
  public List<QueuedBatch> wakeReleased(Instant since, Instant now) {
    List<Place> places =
        database.read(
            connection ->
                Sql.list(
                    connection,
                    RELEASED_SINCE,
                    row -> new Place(row.number("campaign_id"), row.text("isp")),
                    since));
    return places.stream()
        .flatMap(
            place ->
                database
                    .inTransaction(
                        connection -> wake(connection, place.campaignId(), place.isp(), now))
                    .stream())
        .toList();
  }

  private static List<QueuedBatch> wake(
      Connection connection, long campaignId, String isp, Instant now) throws SQLException {
    Object only = isp.isEmpty() ? null : isp;
    List<Long> batches =
        Sql.list(connection, LOCK_BATCHES, row -> row.number("id"), campaignId, only, only);
    return batches.isEmpty()
        ? List.of()
        : Sql.list(connection, WAKE, HoldStore::batch, campaignId, now, batches, only);
  }

  private static QueuedBatch batch(Row row) throws SQLException {
    return new QueuedBatch(
        row.number("id"), row.number("campaign_id"), row.text("platform"), row.instant("due_at"));
  }

  private static Hold hold(Row row) throws SQLException {
    return new Hold(
        row.number("campaign_id"),
        row.text("isp"),
        row.text("guard"),
        row.number("trials"),
        row.number("hits"),
        row.text("reason"),
        row.instant("held_at"),
        row.optionalInstant("released_at"),
        row.text("released_by"),
        row.text("note"));
  }
}
