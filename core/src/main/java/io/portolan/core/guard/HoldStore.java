package io.portolan.core.guard;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The {@code campaign_hold} table. Thread-safe; holds no state. */
public final class HoldStore {
  private static final String ADD =
      """
      INSERT INTO campaign_hold (campaign_id, isp, sending_domain, guard, trials, hits, reason, held_at)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?
      ON CONFLICT (campaign_id, isp) WHERE released_at IS NULL DO NOTHING
      """;

  private static final String OF_CAMPAIGN =
      "SELECT * FROM campaign_hold WHERE campaign_id = ? ORDER BY id DESC LIMIT 100";

  private static final String OPEN =
      "SELECT * FROM campaign_hold WHERE campaign_id = ? AND released_at IS NULL ORDER BY id DESC";

  private static final String RUN_ALTHOUGH_STOPPED =
      """
      SELECT h.* FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id
       WHERE h.released_at IS NULL AND h.isp = '' AND c.state = 'running'
      """;

  // an override waits for this and then resumes the campaign, or was first and this finds no hold
  private static final String PAUSE =
      """
      WITH open AS (
          SELECT id FROM campaign_hold WHERE campaign_id = ? AND isp = '' AND released_at IS NULL FOR SHARE)
      UPDATE campaign SET state = 'paused', updated_at = ?, revision = revision + 1
       WHERE id = ? AND state = 'running' AND EXISTS (SELECT FROM open)
      """;

  // what is judged by counts from before an override must not be held after it
  private static final String LOCK_DOMAIN =
      "SELECT pg_advisory_xact_lock(hashtext('portolan.complaints'), hashtext(?)) IS NULL AS done";

  private static final String LOCK_DOMAIN_OF_CAMPAIGN =
      """
      SELECT pg_advisory_xact_lock(hashtext('portolan.complaints'), hashtext(sending_domain)) IS NULL AS done
        FROM campaign WHERE id = ?
      """;

  // the isp null: all of the campaign's; in the order of their ids, so that two who let the same go
  // on wait for each other
  private static final String RELEASE =
      """
      UPDATE campaign_hold SET released_at = ?, released_by = ?, note = ?
       WHERE id IN (SELECT id FROM campaign_hold
                     WHERE campaign_id = ? AND released_at IS NULL AND (?::text IS NULL OR isp = ?)
                     ORDER BY id FOR UPDATE)
      RETURNING *
      """;

  private static final String OPEN_OF_DOMAIN =
      """
      SELECT DISTINCT CASE h.isp WHEN '' THEN 'all ISPs' ELSE h.isp END AS place
        FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id AND c.state IN ('running', 'paused')
       WHERE h.sending_domain = ? AND h.sending_domain <> '' AND h.released_at IS NULL ORDER BY place
      """;

  // in the same order
  private static final String RELEASE_OF_DOMAIN =
      """
      UPDATE campaign_hold SET released_at = ?, released_by = ?, note = ?
       WHERE id IN (SELECT h.id FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id AND c.state IN ('running', 'paused')
                     WHERE h.sending_domain = ? AND h.sending_domain <> '' AND h.released_at IS NULL AND (?::text IS NULL OR h.isp = ?)
                     ORDER BY h.id FOR UPDATE OF h)
      RETURNING *
      """;

  private static final String RESUME =
      """
      UPDATE campaign c SET state = 'running', updated_at = ?, revision = revision + 1
       WHERE c.id IN (SELECT id FROM campaign WHERE id = ANY (?::bigint[]) AND state = 'paused' ORDER BY id FOR NO KEY UPDATE)
         AND NOT EXISTS (SELECT FROM campaign_hold o
                          WHERE o.campaign_id = c.id AND o.isp = '' AND o.released_at IS NULL)
      RETURNING c.id
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

  // of batches that wait, those with mail whose time has come: a claim put them back. Locked in the
  // order of their ids, as all do who lock several
  private static final String WAKE =
      """
      WITH args AS (SELECT ?::bigint AS campaign_id, ?::timestamptz AS now, ?::text AS isp),
      waiting AS MATERIALIZED (
          SELECT b.id FROM args JOIN batch b ON b.campaign_id = args.campaign_id
           WHERE b.state = 'queued' AND b.due_at > args.now
             AND EXISTS (SELECT FROM delivery d
                          WHERE d.batch_id = b.id AND d.state = 'planned' AND (args.isp IS NULL OR d.isp = args.isp)
                            AND d.offer_expires_at IS NULL AND coalesce(d.not_before <= args.now, true)
                            AND NOT EXISTS (SELECT FROM campaign_hold o
                                             WHERE o.campaign_id = d.campaign_id AND o.isp = d.isp
                                               AND o.released_at IS NULL))
           ORDER BY b.id
             FOR UPDATE OF b)
      UPDATE batch b SET due_at = args.now
        FROM args, waiting WHERE b.id = waiting.id AND b.state = 'queued'
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

  /**
   * What a release set free.
   *
   * @param resumed the ids of campaigns that were paused and run now
   */
  public record Released(List<Hold> holds, List<Long> resumed) {
    public Released {
      holds = List.copyOf(holds);
      resumed = List.copyOf(resumed);
    }
  }

  /** Adds a hold where there is none, in the transaction of whoever found out. */
  public static boolean add(Connection connection, Hold hold) throws SQLException {
    return Sql.update(
            connection,
            ADD,
            hold.campaignId(),
            hold.isp(),
            hold.domain(),
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

  /** The holds of a campaign that wait for a person, the latest first. */
  public List<Hold> open(long campaignId) {
    return database.read(connection -> Sql.list(connection, OPEN, HoldStore::hold, campaignId));
  }

  /**
   * The ISPs to which all mail of a sending domain is held in campaigns that have not ended, in
   * words.
   */
  public List<String> openOfDomain(String domain) {
    return database.read(
        connection -> Sql.list(connection, OPEN_OF_DOMAIN, row -> row.text("place"), domain));
  }

  /** The holds of whole campaigns that nobody has paused yet. */
  public List<Hold> runAlthoughStopped() {
    return database.read(connection -> Sql.list(connection, RUN_ALTHOUGH_STOPPED, HoldStore::hold));
  }

  /**
   * Pauses a running campaign if it is held as a whole, and not if somebody has overridden that.
   *
   * @return whether it was paused by this call
   */
  public boolean pause(long campaignId, Instant now) {
    return database.inTransaction(
        connection -> Sql.update(connection, PAUSE, campaignId, now, campaignId) == 1);
  }

  /**
   * Keeps overrides of what is held of a sending domain's mail waiting until the transaction ends,
   * or waits for one that is under way.
   */
  public static void lockDomain(Connection connection, String domain) throws SQLException {
    Sql.first(connection, LOCK_DOMAIN, _ -> true, domain);
  }

  /** The same of a campaign's sending domain. */
  public static void lockDomainOf(Connection connection, long campaignId) throws SQLException {
    Sql.first(connection, LOCK_DOMAIN_OF_CAMPAIGN, _ -> true, campaignId);
  }

  /**
   * Lets go on what is held, and starts its tests anew. In the same transaction the campaign is
   * resumed, if it is paused and not held as a whole any more, and its batches that waited are due.
   *
   * @param isp empty for all that is held of the campaign
   * @param by who says so
   */
  public Released release(
      long campaignId, String isp, String by, String note, Restart restart, Instant now) {
    Object only = isp.isEmpty() ? null : isp;
    return database.inTransaction(
        connection -> {
          lockDomainOf(connection, campaignId);
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
          List<Long> resumed =
              resume(connection, holds.stream().map(Hold::campaignId).distinct().toList(), now);
          int _ = wake(connection, campaignId, isp, now);
          return new Released(holds, resumed);
        });
  }

  /**
   * Lets go on, in each campaign that has not ended, what was held of all mail of a sending domain.
   * There is no test to start anew: complaints are counted from the release on. In the same
   * transaction campaigns are resumed that were held as a whole, unless something else holds them
   * so; where mail to one ISP was held the campaign never stopped for it, and who paused it meant
   * to.
   *
   * @param isp empty for all that is held of the domain
   * @param by who says so
   */
  public Released releaseDomain(String domain, String isp, String by, String note, Instant now) {
    Object only = isp.isEmpty() ? null : isp;
    return database.inTransaction(
        connection -> {
          lockDomain(connection, domain);
          List<Hold> holds =
              Sql.list(
                  connection,
                  RELEASE_OF_DOMAIN,
                  HoldStore::hold,
                  now,
                  by,
                  note,
                  domain,
                  only,
                  only);
          List<Long> stopped =
              holds.stream().filter(Hold::isOfCampaign).map(Hold::campaignId).toList();
          return new Released(holds, resume(connection, stopped, now));
        });
  }

  private static List<Long> resume(Connection connection, List<Long> campaigns, Instant now)
      throws SQLException {
    return campaigns.isEmpty()
        ? List.of()
        : Sql.list(connection, RESUME, row -> row.number("id"), now, campaigns);
  }

  /**
   * Wakes what was held before its release, or a moment after, by claims that had not seen it.
   *
   * @param since of which releases
   * @return how many batches are due now that waited
   */
  public int wakeReleased(Instant since, Instant now) {
    List<Place> places =
        database.read(
            connection ->
                Sql.list(
                    connection,
                    RELEASED_SINCE,
                    row -> new Place(row.number("campaign_id"), row.text("isp")),
                    since));
    // each place for itself: what is left undone by a crash, others wake soon
    return places.stream()
        .mapToInt(
            place ->
                database.inTransaction(
                    connection -> wake(connection, place.campaignId(), place.isp(), now)))
        .sum();
  }

  /** Returns how many batches are due now that waited. */
  private static int wake(Connection connection, long campaignId, String isp, Instant now)
      throws SQLException {
    return Sql.update(connection, WAKE, campaignId, now, isp.isEmpty() ? null : isp);
  }

  static Hold hold(Row row) throws SQLException {
    return new Hold(
        row.number("campaign_id"),
        row.text("isp"),
        row.text("sending_domain"),
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
