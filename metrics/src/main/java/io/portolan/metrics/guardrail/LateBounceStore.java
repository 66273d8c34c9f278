package io.portolan.metrics.guardrail;

import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.metrics.guardrail.LateBounceJudge.Standing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what was sent by when it was sent, with the bounces that came later. Holds no state. */
final class LateBounceStore {
  // the ids null: of all
  private static final String UNDER_WAY =
      """
      SELECT c.id FROM campaign c
       WHERE c.state IN ('running', 'paused') AND (?::bigint[] IS NULL OR c.id = ANY (?::bigint[]))
         AND EXISTS (SELECT FROM result_hour r
                      WHERE r.campaign_id = c.id AND r.hour >= ?::timestamptz AND r.outcome = 'late-bounce')
       ORDER BY c.id
      """;

  // what ended without an attempt has no route
  private static final String BY_ISP =
      """
      SELECT isp, min(hour) AS at, outcome, category, sum(count) AS count FROM result_hour
       WHERE campaign_id = ? AND hour >= ?::timestamptz AND route <> ''
         AND outcome IN ('accepted', 'bounced', 'deferred', 'late-bounce')
       GROUP BY isp, outcome, category
      """;

  private static final String BY_TIME =
      """
      WITH args AS (
          SELECT ?::bigint AS campaign_id, ?::timestamptz AS since, ?::timestamptz AS fine, ?::text[] AS isps),
      sent AS (
          SELECT r.isp, r.hour AS at, r.outcome, r.category, r.count FROM args, result_hour r
           WHERE r.campaign_id = args.campaign_id AND r.hour >= args.since AND r.hour < args.fine AND r.route <> ''
             AND r.outcome IN ('accepted', 'bounced', 'deferred', 'late-bounce')
          UNION ALL
          SELECT r.isp, r.minute, r.outcome, r.category, r.count FROM args, result_rollup r
           WHERE r.campaign_id = args.campaign_id AND r.minute >= args.fine AND r.route <> ''
             AND r.outcome IN ('accepted', 'bounced', 'deferred', 'late-bounce'))
      SELECT CASE WHEN isp = ANY (args.isps) THEN isp ELSE '' END AS isp, at, outcome, category, sum(count) AS count
        FROM args, sent GROUP BY 1, 2, 3, 4
      """;

  // what was sent before an override of the same test says nothing any more
  private static final String STANDINGS =
      """
      SELECT t.isp, t.guard, t.up, t.down, t.apart,
             (SELECT max(h.released_at) FROM campaign_hold h
               WHERE h.campaign_id = t.campaign_id AND h.isp = t.isp AND h.guard = t.guard) AS since
        FROM guard_test t
       WHERE t.campaign_id = ? AND (t.apart OR t.isp = '' OR t.isp = ANY (?::text[]))
      """;

  private LateBounceStore() {}

  /**
   * What was counted of one outcome at a time.
   *
   * @param isp empty for all that have no rows of their own
   * @param at when the span began in which it was sent
   */
  record Count(String isp, Instant at, String outcome, String category, long count) {
    /** What it says to a guard. */
    Tally tally(Guard guard) {
      return guard.counted(outcome, category, count);
    }
  }

  /**
   * Campaigns that still send, or would, and of which mail bounced late.
   *
   * @param among which; empty for all
   * @param since of mail that was sent from this hour on
   */
  static List<Long> underWay(Connection connection, Optional<Set<Long>> among, Instant since)
      throws SQLException {
    Optional<List<Long>> ids = among.map(List::copyOf);
    return Sql.list(connection, UNDER_WAY, row -> row.number("id"), ids, ids, since);
  }

  /** What was counted of a campaign since an hour, by ISP. */
  static List<Count> byIsp(Connection connection, long campaignId, Instant since)
      throws SQLException {
    return Sql.list(connection, BY_ISP, LateBounceStore::count, campaignId, since);
  }

  /**
   * What was counted of a campaign, by hours and, of late, by minutes.
   *
   * @param fine the hour from which on by minutes
   * @param isps those that have rows of their own
   */
  static List<Count> byTime(
      Connection connection, long campaignId, Instant since, Instant fine, Set<String> isps)
      throws SQLException {
    return Sql.list(
        connection, BY_TIME, LateBounceStore::count, campaignId, since, fine, List.copyOf(isps));
  }

  /** How tests stand: the campaign's, those of ISPs that are named, and of those that are apart. */
  static Map<GuardStore.Key, Standing> standings(
      Connection connection, long campaignId, Collection<String> isps) throws SQLException {
    Map<GuardStore.Key, Standing> standings = new HashMap<>();
    Sql.list(
            connection,
            STANDINGS,
            row ->
                Map.entry(
                    new GuardStore.Key(
                        campaignId, row.text("isp"), Guard.of(row.text("guard")).orElseThrow()),
                    new Standing(
                        new Steps(row.decimal("up"), row.decimal("down")),
                        row.optionalInstant("since").orElse(Instant.EPOCH),
                        row.flag("apart"))),
            campaignId,
            List.copyOf(isps))
        .forEach(each -> standings.put(each.getKey(), each.getValue()));
    return standings;
  }

  private static Count count(Row row) throws SQLException {
    return new Count(
        row.text("isp"),
        row.instant("at"),
        row.text("outcome"),
        row.text("category"),
        row.number("count"));
  }
}
