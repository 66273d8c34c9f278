package io.portolan.metrics.report;

import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.report.Report.Interval;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Reads what happened when from the rollups, in as many stretches as a plot has bars at most. */
final class Intervals {
  // of which hours there are rows
  private static final String EXTENT =
      """
      SELECT coalesce(extract(epoch FROM max(hour) - min(hour)) / 60 + 60, 0)::bigint AS minutes
        FROM result_hour
       WHERE (? = 0 OR campaign_id = ?) AND (? = '' OR isp = ?) AND hour >= ? AND hour < ?
      """;

  // rows share an interval where there are more of them than a plot has bars; unit: minutes of a
  // row, of which one of the two tables is read
  private static final String INTERVALS =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::bigint AS campaign_id, ?::text AS isp, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::int AS unit, ?::int AS most, ?::text[] AS hard, ?::text AS reputation, ?::text[] AS untold,
                           ARRAY['accepted', 'bounced', 'deferred', 'path-failure', 'late-bounce', 'complaint', 'unsubscribe', 'delivered'] AS plotted),
      counted AS MATERIALIZED (
          SELECT at, outcome, route = '' AS is_unsent, route NOT IN ('', 'direct') AS by_relay, route = ANY (untold) AS is_untold,
                 outcome = 'late-bounce' OR outcome = 'bounced' AND route <> '' AS is_bounce,
                 category = ANY (hard) AS is_hard, category = reputation AS is_block,
                 sum(count) AS count
            FROM args,
                 LATERAL (SELECT minute AS at, outcome, route, category, count
                            FROM result_rollup r
                           WHERE unit = 1 AND (args.campaign_id = 0 OR r.campaign_id = args.campaign_id)
                             AND (args.isp = '' OR r.isp = args.isp)
                             AND minute >= from_at AND minute < until_at AND outcome = ANY (plotted)
                          UNION ALL
                          SELECT hour, outcome, route, category, count
                            FROM result_hour r
                           WHERE unit = 60 AND (args.campaign_id = 0 OR r.campaign_id = args.campaign_id)
                             AND (args.isp = '' OR r.isp = args.isp)
                             AND hour >= from_at AND hour < until_at AND outcome = ANY (plotted)) AS result
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8),
      step AS (
          SELECT min(at) AS first,
                 min(unit) * ceil((extract(epoch FROM max(at) - min(at)) / 60 / min(unit) + 1) / min(most))::int AS minutes
            FROM counted, args)
      SELECT date_bin(make_interval(mins => step.minutes), at, step.first) AS start, step.minutes,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
             coalesce(sum(count) FILTER (WHERE outcome = 'bounced' AND NOT is_unsent), 0) AS bounced,
             coalesce(sum(count) FILTER (WHERE outcome = 'deferred'), 0) AS deferrals,
             coalesce(sum(count) FILTER (WHERE outcome = 'path-failure'), 0) AS path_failures,
             coalesce(sum(count) FILTER (WHERE outcome = 'late-bounce'), 0) AS late_bounces,
             coalesce(sum(count) FILTER (WHERE outcome = 'complaint'), 0) AS complaints,
             coalesce(sum(count) FILTER (WHERE outcome = 'unsubscribe'), 0) AS unsubscribes,
             coalesce(sum(count) FILTER (WHERE is_hard AND is_bounce AND NOT is_untold), 0) AS hard_bounces,
             coalesce(sum(count) FILTER (WHERE is_block AND is_bounce AND NOT is_untold), 0) AS blocks,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted' OR outcome = 'bounced' AND NOT is_unsent), 0)
               - coalesce(sum(count) FILTER (WHERE is_untold AND (is_bounce OR outcome = 'delivered')), 0)
               - greatest(0, coalesce(sum(count) FILTER (WHERE by_relay AND outcome = 'accepted'), 0)
                             - coalesce(sum(count) FILTER (WHERE by_relay AND outcome IN ('late-bounce', 'delivered')), 0)) AS known
        FROM counted, step
       GROUP BY 1, 2 ORDER BY 1
      """;

  /** Over longer spans, intervals are of whole hours. */
  private static final long MOST_MINUTES = Duration.ofDays(1).toMinutes();

  private static final int MINUTES_OF_AN_HOUR = 60;
  private static final int MOST_INTERVALS = 240;
  private static final String[] HARD =
      Arrays.stream(BounceCategory.values())
          .filter(BounceCategory::isHard)
          .map(BounceCategory::id)
          .toArray(String[]::new);

  private Intervals() {}

  /**
   * The stretches of a span, in order.
   *
   * @param campaignId 0 for all campaigns
   * @param isp empty for all ISPs
   * @param untold relays whose bounces are in no rate
   */
  static List<Interval> read(
      Connection connection, long campaignId, String isp, Span span, Set<String> untold)
      throws SQLException {
    long minutes =
        Sql.one(
            connection,
            EXTENT,
            row -> row.number("minutes"),
            campaignId,
            campaignId,
            isp,
            isp,
            span.firstHour(),
            span.endOfHours());
    boolean isLong = minutes > MOST_MINUTES;
    return Sql.list(
        connection,
        INTERVALS,
        Intervals::interval,
        campaignId,
        isp,
        isLong ? span.firstHour() : span.from(),
        isLong ? span.endOfHours() : span.until(),
        isLong ? MINUTES_OF_AN_HOUR : 1,
        MOST_INTERVALS,
        connection.createArrayOf("text", HARD),
        BounceCategory.IP_REPUTATION.id(),
        connection.createArrayOf("text", untold.toArray()));
  }

  private static Interval interval(Row row) throws SQLException {
    return new Interval(
        row.instant("start"),
        row.integer("minutes"),
        row.number("accepted"),
        row.number("bounced"),
        row.number("deferrals"),
        row.number("path_failures"),
        row.number("late_bounces"),
        row.number("complaints"),
        row.number("unsubscribes"),
        row.number("hard_bounces"),
        row.number("blocks"),
        Math.max(0, row.number("known")));
  }
}
