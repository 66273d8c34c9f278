package io.portolan.metrics.reputation;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.Planned;
import io.portolan.metrics.report.ProvenLoops;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Reputation.Filter;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      WITH args AS NOT MATERIALIZED (SELECT ?::timestamptz AS until_at, ?::text AS isp, ?::text AS route, ?::text AS source, ?::text AS domain),
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
             period, sum(count) AS count
        FROM args, part LEFT JOIN campaign c ON c.id = part.campaign_id
       WHERE args.domain IS NULL OR c.sending_domain = args.domain
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
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

  private static final SignalKey ANYBODY = new SignalKey("", "", "", "", "");

  private static final int MINUTES_OF_A_DAY = (int) Duration.ofDays(1).toMinutes();

  private final Database database;
  private final LoopProof loops;

  /**
   * @param loops from where complaints come back
   */
  public ReputationStore(Database database, LoopProof loops) {
    this.database = database;
    this.loops = loops;
  }

  /** Mail by a route in one stretch of time, in which its relay tells of arrivals or does not. */
  private record Stretch(String route, int time) {}

  /**
   * What was counted of a sender.
   *
   * @param key of no ISP and no sender where nobody is told apart
   */
  private record Part(SignalKey key, Stretch stretch, Counts counts) {}

  /** What was counted of each sender with each ISP. */
  Map<SignalKey, History> bySender(Filter filter, Instant until) {
    ProvenLoops proven = loops.read(database);
    Map<SignalKey, History> senders = new HashMap<>();
    for (Part part : read(BY_SENDER, filter, until, row -> ofSender(row, proven))) {
      senders
          .computeIfAbsent(part.key(), _ -> new History())
          .add(part.stretch().time(), part.counts());
    }
    return senders;
  }

  /** What was counted on each of the last thirty days, the earliest first. */
  List<Interval> byDay(Filter filter, Instant until) {
    Map<Integer, Counts> days = new TreeMap<>();
    for (Part part : read(BY_DAY, filter, until, ReputationStore::ofDay)) {
      days.merge(-part.stretch().time(), part.counts(), Counts::plus);
    }
    List<Interval> intervals = new ArrayList<>();
    days.forEach(
        (day, counts) -> intervals.add(interval(until.minus(Duration.ofDays(1L - day)), counts)));
    return intervals;
  }

  private List<Part> read(String sql, Filter filter, Instant until, Sql.Mapper<Part> reader) {
    List<Part> parts =
        Planned.read(
            database,
            connection ->
                Sql.list(
                    connection,
                    sql,
                    reader,
                    until,
                    filter.isp().orElse(null),
                    filter.route().orElse(null),
                    filter.source().orElse(null),
                    filter.domain().orElse(null)));
    Map<Stretch, Counts> stretches = new HashMap<>();
    parts.forEach(part -> stretches.merge(part.stretch(), part.counts(), Counts::plus));
    Set<Stretch> untold = Counts.tellingTooLittle(stretches);
    return parts.stream()
        .map(
            part ->
                untold.contains(part.stretch())
                    ? new Part(part.key(), part.stretch(), part.counts().asUntold())
                    : part)
        .toList();
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
        RateKind.BLOCK.of(counts).count(),
        counts.known());
  }

  private static Part ofSender(Row row, ProvenLoops loops) throws SQLException {
    SignalKey key =
        new SignalKey(
            row.text("isp"),
            row.text("platform"),
            row.text("route"),
            row.text("source"),
            row.text("domain"));
    return new Part(
        key,
        new Stretch(key.route(), row.integer("period")),
        counts(row, row.text("encryption"), loops.of(key.isp(), key.platform(), key.route())));
  }

  private static Part ofDay(Row row) throws SQLException {
    return new Part(
        ANYBODY,
        new Stretch(row.text("route"), row.integer("day")),
        counts(row, "", ProvenLoops.Hearing.NONE));
  }

  private static Counts counts(Row row, String encryption, ProvenLoops.Hearing hearing)
      throws SQLException {
    return Counts.of(
        new Counts.Kind(
            row.text("route"), encryption, row.text("outcome"), row.text("category"), hearing),
        row.number("count"));
  }
}
