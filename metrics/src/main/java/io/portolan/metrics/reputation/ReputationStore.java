package io.portolan.metrics.reputation;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.FeedbackLoops;
import io.portolan.metrics.report.Planned;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Reputation.Filter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads what reputation is judged by from the rows an hour; its cost grows with hours, ISPs, paths
 * and campaigns, not with messages. What ended without an attempt and path failures are left out.
 *
 * <p>Thread-safe; holds no state.
 */
public final class ReputationStore {
  // the period of a row: within the last day, the day before, the third, then to 7, 14, 30 and 60
  // days
  private static final String BY_SENDER =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::timestamptz AS until_at, ?::text AS isp, ?::text AS route, ?::text AS source, ?::text AS domain,
                           ?::text[] AS loops),
      part AS (
          SELECT r.campaign_id, r.isp, r.platform, r.route, CASE WHEN r.route = 'direct' THEN r.source ELSE '' END AS source,
                 encryption, outcome, category,
                 width_bucket((extract(epoch FROM until_at - hour)::bigint - 1) / 86400, ARRAY[1, 2, 3, 7, 14, 30]::bigint[])
                   AS period,
                 sum(count) AS count
            FROM args, result_hour r
           WHERE hour >= until_at - interval '1440 hours' AND hour < until_at
             AND r.route <> '' AND outcome <> 'path-failure'
             AND (args.isp IS NULL OR r.isp = args.isp) AND (args.route IS NULL OR r.route = args.route)
             AND (args.source IS NULL OR r.source = args.source AND r.route = 'direct')
           GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9)
      SELECT part.isp, platform, part.route, part.source, coalesce(c.sending_domain, '') AS domain, encryption, outcome, category,
             period, part.isp = ANY (loops) OR platform = ANY (loops) AS has_loop, sum(count) AS count
        FROM args, part LEFT JOIN campaign c ON c.id = part.campaign_id
       WHERE args.domain IS NULL OR c.sending_domain = args.domain
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
      """;

  private static final String BY_DAY =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::timestamptz AS until_at, ?::text AS isp, ?::text AS route, ?::text AS source, ?::text AS domain)
      SELECT (extract(epoch FROM until_at - hour)::bigint - 1) / 86400 AS day, r.route, outcome, category, sum(count) AS count
        FROM args, result_hour r LEFT JOIN campaign c ON c.id = r.campaign_id
       WHERE hour >= until_at - interval '720 hours' AND hour < until_at
         AND r.route <> '' AND outcome <> 'path-failure'
         AND (args.isp IS NULL OR r.isp = args.isp) AND (args.route IS NULL OR r.route = args.route)
         AND (args.source IS NULL OR r.source = args.source AND r.route = 'direct')
         AND (args.domain IS NULL OR c.sending_domain = args.domain)
       GROUP BY 1, 2, 3, 4
      """;

  private static final int MINUTES_OF_A_DAY = (int) Duration.ofDays(1).toMinutes();

  private final Database database;

  public ReputationStore(Database database) {
    this.database = database;
  }

  /** What was counted of each sender with each ISP. */
  Map<SignalKey, History> bySender(Filter filter, Instant until) {
    return Planned.read(
        database,
        connection -> {
          Map<SignalKey, History> senders = new HashMap<>();
          Sql.list(
              connection,
              BY_SENDER,
              row -> add(senders, row),
              until,
              filter.isp().orElse(null),
              filter.route().orElse(null),
              filter.source().orElse(null),
              filter.domain().orElse(null),
              loops(connection));
          return senders;
        });
  }

  /** What was counted on each of the last thirty days, the earliest first. */
  List<Interval> byDay(Filter filter, Instant until) {
    return Planned.read(
        database,
        connection -> {
          Map<Integer, Counts> days = new TreeMap<>();
          Sql.list(
              connection,
              BY_DAY,
              row ->
                  days.merge(
                      -row.integer("day"),
                      Counts.of(
                          new Counts.Kind(
                              row.text("route"),
                              "",
                              row.text("outcome"),
                              row.text("category"),
                              false),
                          row.number("count")),
                      Counts::plus),
              until,
              filter.isp().orElse(null),
              filter.route().orElse(null),
              filter.source().orElse(null),
              filter.domain().orElse(null));
          List<Interval> intervals = new ArrayList<>();
          days.forEach(
              (day, counts) ->
                  intervals.add(interval(until.minus(Duration.ofDays(1L - day)), counts)));
          return intervals;
        });
  }

  private static Interval interval(Instant start, Counts counts) {
    return new Interval(
        start,
        MINUTES_OF_A_DAY,
        counts.accepted(),
        counts.bounced(),
        counts.deferrals(),
        counts.pathFailures(),
        counts.returned().bounced(),
        counts.returned().complaints(),
        counts.returned().unsubscribes(),
        RateKind.HARD_BOUNCE.of(counts).count(),
        RateKind.BLOCK.of(counts).count());
  }

  private static Object loops(Connection connection) throws SQLException {
    return connection.createArrayOf("text", FeedbackLoops.builtIn().ids().toArray(new String[0]));
  }

  private static long add(Map<SignalKey, History> senders, Row row) throws SQLException {
    SignalKey key =
        new SignalKey(
            row.text("isp"),
            row.text("platform"),
            row.text("route"),
            row.text("source"),
            row.text("domain"));
    long count = row.number("count");
    senders
        .computeIfAbsent(key, _ -> new History())
        .add(
            row.integer("period"),
            Counts.of(
                new Counts.Kind(
                    key.route(),
                    row.text("encryption"),
                    row.text("outcome"),
                    row.text("category"),
                    row.flag("has_loop")),
                count));
    return count;
  }
}
