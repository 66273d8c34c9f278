package io.portolan.metrics.report;

import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.report.Report.Cohort;
import io.portolan.metrics.report.Report.TopReply;
import io.portolan.metrics.report.ReportRows.CountRow;
import io.portolan.metrics.report.ReportRows.IspKey;
import io.portolan.metrics.report.ReportRows.PathKey;
import io.portolan.metrics.report.ReportRows.RecipientRow;
import io.portolan.metrics.report.ReportRows.TimeRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads reports from the rollups: their cost grows with hours, ISPs and paths, not with messages.
 * Thread-safe; holds no state.
 */
public final class ReportStore {
  private static final String CAMPAIGN =
      """
      SELECT c.name, coalesce((SELECT sum(recipients) FROM campaign_isp WHERE campaign_id = c.id), 0) AS recipients
        FROM campaign c WHERE c.id = ?
      """;

  private static final String RECIPIENTS =
      """
      SELECT isp, platform, sum(recipients) AS recipients FROM campaign_isp WHERE campaign_id = ? GROUP BY 1, 2
      """;

  // a campaign of 0 stands for all of them; whole hours come from the rows an hour, added up first,
  // which several workers of the server can do; the rest of a span from those a minute. Ripe: sent
  // so long ago that little more comes back about it
  private static final String COUNTS =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::bigint AS campaign_id, ?::text AS isp_id, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::timestamptz AS from_hour, ?::timestamptz AS until_hour, ?::timestamptz AS ripe_at)
      SELECT isp, platform, route, port, tls, encryption, outcome, category, is_ripe, sum(count) AS count
        FROM (SELECT isp, platform, route, port, tls, encryption, outcome, category,
                     hour <= ripe_at - interval '1 hour' AS is_ripe, sum(count) AS count
                FROM args, result_hour r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND hour >= from_hour AND hour < until_hour
               GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
              UNION ALL
              SELECT isp, platform, route, port, tls, encryption, outcome, category, minute <= ripe_at - interval '1 minute', count
                FROM args, result_rollup r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND (minute >= from_at AND minute < from_hour OR minute >= until_hour AND minute < until_at)) AS r
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
      """;

  private static final String ACCEPT_TIMES =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::bigint AS campaign_id, ?::text AS isp_id, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::timestamptz AS from_hour, ?::timestamptz AS until_hour)
      SELECT isp, route, port, tls, bucket, sum(count) AS count
        FROM (SELECT isp, route, port, tls, bucket, sum(count) AS count
                FROM args, accept_time_hour r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND hour >= from_hour AND hour < until_hour
               GROUP BY 1, 2, 3, 4, 5
              UNION ALL
              SELECT isp, route, port, tls, bucket, count
                FROM args, accept_time_rollup r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND (minute >= from_at AND minute < from_hour OR minute >= until_hour AND minute < until_at)) AS r
       GROUP BY 1, 2, 3, 4, 5
      """;

  // by time of sending, which is when what comes back is counted
  private static final String COHORTS =
      """
      WITH args AS NOT MATERIALIZED (SELECT ?::bigint AS campaign_id, ?::text AS isp_id, ?::timestamptz AS from_at, ?::timestamptz AS until_at,
                           ?::timestamptz AS from_hour, ?::timestamptz AS until_hour, ?::timestamptz AS ripe_at, ?::text AS unit,
                           ARRAY['accepted', 'late-bounce', 'complaint', 'unsubscribe'] AS told)
      SELECT date_trunc(unit, at, 'UTC') AS start,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
             coalesce(sum(count) FILTER (WHERE outcome = 'late-bounce'), 0) AS late_bounces,
             coalesce(sum(count) FILTER (WHERE outcome = 'complaint'), 0) AS complaints,
             coalesce(sum(count) FILTER (WHERE outcome = 'unsubscribe'), 0) AS unsubscribes,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted' AND NOT is_ripe), 0) AS pending
        FROM (SELECT unit, hour AS at, hour <= ripe_at - interval '1 hour' AS is_ripe, outcome, count
                FROM args, result_hour r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND hour >= from_hour AND hour < until_hour AND outcome = ANY (told)
              UNION ALL
              SELECT unit, minute, minute <= ripe_at - interval '1 minute', outcome, count
                FROM args, result_rollup r
               WHERE (args.campaign_id = 0 OR r.campaign_id = args.campaign_id) AND (isp_id = '' OR isp = isp_id)
                 AND (minute >= from_at AND minute < from_hour OR minute >= until_hour AND minute < until_at)
                 AND outcome = ANY (told)) AS r
       GROUP BY 1 ORDER BY 1 DESC LIMIT 92
      """;

  // of whole hours; a result that was refused may have been recorded without the words of its
  // attempt
  private static final String TOP_REPLIES =
      """
      SELECT isp, code, enhanced, category, outcome, sum(count) AS count, max(sample) AS sample
        FROM reply_hour
       WHERE (? = 0 OR campaign_id = ?) AND (? = '' OR isp = ?) AND hour >= ? AND hour < ?
       GROUP BY 1, 2, 3, 4, 5
       ORDER BY count DESC, isp, code
       LIMIT 20
      """;

  /**
   * How long after it was accepted a message may still bounce or be complained about: most late
   * bounces come within minutes, most complaints within days.
   */
  public static final Duration FEEDBACK_LAG = Duration.ofDays(3);

  private static final long ALL_CAMPAIGNS = 0;
  private static final String ALL_ISPS = "";

  /** Cohorts of longer spans are of days, UTC; those of shorter ones of hours. */
  private static final Duration MOST_BY_HOUR = Duration.ofDays(2);

  private static final int HOURS_OF_A_DAY = 24;

  private final Database database;
  private final InstantSource clock;
  private final LoopProof loops;

  /**
   * @param loops from where complaints come back
   */
  public ReportStore(Database database, InstantSource clock, LoopProof loops) {
    this.database = database;
    this.clock = clock;
    this.loops = loops;
  }

  /**
   * The report of one campaign, from its launch until now.
   *
   * @throws NotFoundException if there is no such campaign
   */
  public Report ofCampaign(long campaignId) {
    ProvenLoops proven = loops.read(database);
    return Planned.read(
        database,
        connection -> {
          Scope scope = new Scope(campaignId, ALL_ISPS, Span.EVER, proven, clock.instant());
          var campaign =
              Sql.first(
                      connection,
                      CAMPAIGN,
                      row -> Map.entry(row.text("name"), row.number("recipients")),
                      campaignId)
                  .orElseThrow(() -> new NotFoundException("campaign", campaignId));
          return report(connection, scope, "Campaign " + campaign.getKey(), campaign.getValue());
        });
  }

  /**
   * The report of all campaigns in a span of time.
   *
   * @param from rounded down to a minute
   * @param until exclusive, rounded down to a minute
   * @throws io.portolan.core.InvalidException if that is no minute, or longer than {@link
   *     Span#LONGEST}
   */
  public Report ofSpan(Instant from, Instant until) {
    Scope scope = scope(ALL_ISPS, Span.of(from, until));
    return Planned.read(database, connection -> report(connection, scope, "All campaigns", 0));
  }

  /** The report of all campaigns' mail to one ISP in a span of time. */
  public Report ofIsp(String isp, Span span) {
    Scope scope = scope(isp, span);
    return Planned.read(database, connection -> report(connection, scope, "Mail to " + isp, 0));
  }

  private Scope scope(String isp, Span span) {
    return new Scope(ALL_CAMPAIGNS, isp, span, loops.read(database), clock.instant());
  }

  /**
   * What a report covers.
   *
   * @param loops from where complaints come back
   * @param at when it is made
   */
  private record Scope(long campaignId, String isp, Span span, ProvenLoops loops, Instant at) {
    Object[] parts(Object... others) {
      return Stream.concat(
              Stream.of(
                  campaignId, isp, span.from(), span.until(), span.wholeFrom(), span.wholeUntil()),
              Arrays.stream(others))
          .toArray();
    }

    Instant ripeAt() {
      return at.minus(FEEDBACK_LAG);
    }

    /** How many hours a cohort has. */
    int hoursOfCohort() {
      return span.length().compareTo(MOST_BY_HOUR) > 0 ? HOURS_OF_A_DAY : 1;
    }

    /** The hours that hold it. */
    Object[] hours() {
      return new Object[] {campaignId, campaignId, isp, isp, span.firstHour(), span.endOfHours()};
    }

    boolean isSpan() {
      return campaignId == ALL_CAMPAIGNS;
    }
  }

  private Report report(Connection connection, Scope scope, String title, long recipients)
      throws SQLException {
    List<CountRow> counts =
        Sql.list(
            connection, COUNTS, row -> countRow(row, scope.loops()), scope.parts(scope.ripeAt()));
    List<TimeRow> times = Sql.list(connection, ACCEPT_TIMES, ReportStore::timeRow, scope.parts());
    List<RecipientRow> byIsp =
        scope.isSpan()
            ? List.of()
            : Sql.list(connection, RECIPIENTS, ReportStore::recipientRow, scope.campaignId());
    ReportRows rows = ReportRows.of(counts, times, byIsp);
    Counts total = rows.total();
    int hours = scope.hoursOfCohort();
    return new Report(
        title,
        scope.at(),
        scope.isSpan() ? Optional.of(scope.span().from()) : Optional.empty(),
        scope.isSpan() ? Optional.of(scope.span().until()) : Optional.empty(),
        recipients,
        scope.isSpan() ? 0 : Math.max(0, recipients - total.ended()),
        total,
        rows.ripe(),
        rows.acceptTimes(),
        rows.isps(),
        Sql.list(connection, TOP_REPLIES, ReportStore::topReply, scope.hours()),
        Intervals.read(connection, scope.campaignId(), scope.isp(), scope.span(), rows.untold()),
        Sql.list(
            connection,
            COHORTS,
            row -> cohort(row, hours),
            scope.parts(scope.ripeAt(), hours == 1 ? "hour" : "day")));
  }

  private static IspKey isp(Row row) throws SQLException {
    return new IspKey(row.text("isp"), row.text("platform"));
  }

  private static PathKey path(Row row) throws SQLException {
    return new PathKey(row.text("route"), row.integer("port"), row.text("tls"));
  }

  private static CountRow countRow(Row row, ProvenLoops loops) throws SQLException {
    IspKey isp = isp(row);
    return new CountRow(
        isp,
        path(row),
        Counts.of(
            new Counts.Kind(
                row.text("route"),
                row.text("encryption"),
                row.text("outcome"),
                row.text("category"),
                loops.of(isp.isp(), isp.platform(), row.text("route"))),
            row.number("count")),
        row.text("category"),
        row.flag("is_ripe"));
  }

  private static TimeRow timeRow(Row row) throws SQLException {
    return new TimeRow(row.text("isp"), path(row), row.integer("bucket"), row.number("count"));
  }

  private static RecipientRow recipientRow(Row row) throws SQLException {
    return new RecipientRow(isp(row), row.number("recipients"));
  }

  private static TopReply topReply(Row row) throws SQLException {
    return new TopReply(
        row.text("isp"),
        row.integer("code"),
        row.text("enhanced"),
        row.text("category"),
        row.text("outcome"),
        row.number("count"),
        row.text("sample"));
  }

  private static Cohort cohort(Row row, int hours) throws SQLException {
    return new Cohort(
        row.instant("start"),
        hours,
        row.number("accepted"),
        row.number("late_bounces"),
        row.number("complaints"),
        row.number("unsubscribes"),
        row.number("pending"));
  }
}
