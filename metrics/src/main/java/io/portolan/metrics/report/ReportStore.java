package io.portolan.metrics.report;

import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.report.Report.Interval;
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
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads reports from the rollups: their cost grows with minutes, ISPs and paths, not with messages.
 * Only the top replies are counted from the attempts that were refused. Thread-safe; holds no
 * state.
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

  // a campaign of 0 stands for all of them
  private static final String COUNTS =
      """
      SELECT isp, platform, route, port, tls, outcome, category, sum(count) AS count
        FROM result_rollup
       WHERE (? = 0 OR campaign_id = ?) AND minute >= ? AND minute < ?
       GROUP BY 1, 2, 3, 4, 5, 6, 7
      """;

  // minutes share an interval where there are more of them than a plot has bars
  private static final String INTERVALS =
      """
      WITH counted AS MATERIALIZED (
          SELECT minute, outcome, route, sum(count) AS count
            FROM result_rollup
           WHERE (? = 0 OR campaign_id = ?) AND minute >= ? AND minute < ?
             AND outcome IN ('accepted', 'bounced', 'deferred', 'path-failure')
           GROUP BY 1, 2, 3),
      step AS (
          SELECT min(minute) AS first,
                 ceil((extract(epoch FROM max(minute) - min(minute)) / 60 + 1) / ?)::int AS minutes
            FROM counted)
      SELECT date_bin(make_interval(mins => step.minutes), minute, step.first) AS start, step.minutes,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
             coalesce(sum(count) FILTER (WHERE outcome = 'bounced' AND route <> ''), 0) AS bounced,
             coalesce(sum(count) FILTER (WHERE outcome = 'deferred'), 0) AS deferrals,
             coalesce(sum(count) FILTER (WHERE outcome = 'path-failure'), 0) AS path_failures
        FROM counted, step
       GROUP BY 1, 2 ORDER BY 1
      """;

  private static final String ACCEPT_TIMES =
      """
      SELECT isp, route, port, tls, bucket, sum(count) AS count
        FROM accept_time_rollup
       WHERE (? = 0 OR campaign_id = ?) AND minute >= ? AND minute < ?
       GROUP BY 1, 2, 3, 4, 5
      """;

  // a result that was refused may have been recorded without the words of its attempt
  private static final String TOP_REPLIES =
      """
      SELECT isp, code, coalesce(enhanced, '') AS enhanced, coalesce(category, '') AS category, outcome,
             count(*) AS count, coalesce(min(reply), '') AS sample
        FROM attempt
       WHERE (? = 0 OR campaign_id = ?) AND at >= ? AND at < ? AND outcome <> 'accepted' AND code IS NOT NULL
       GROUP BY 1, 2, 3, 4, 5
       ORDER BY count DESC, isp, code
       LIMIT 20
      """;

  /** The longest span of a report. */
  public static final Duration LONGEST_SPAN = Duration.ofDays(92);

  private static final int MOST_INTERVALS = 240;
  private static final Instant EVER = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant NEVER = Instant.parse("9000-01-01T00:00:00Z");
  private static final long ALL_CAMPAIGNS = 0;

  private final Database database;
  private final InstantSource clock;

  public ReportStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * The report of one campaign, from its launch until now.
   *
   * @throws NotFoundException if there is no such campaign
   */
  public Report ofCampaign(long campaignId) {
    return database.read(
        connection -> {
          Scope scope = new Scope(campaignId, EVER, NEVER);
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
   * @throws InvalidException if that is no minute, or longer than {@link #LONGEST_SPAN}
   */
  public Report ofSpan(Instant from, Instant until) {
    Scope scope =
        new Scope(
            ALL_CAMPAIGNS,
            from.truncatedTo(ChronoUnit.MINUTES),
            until.truncatedTo(ChronoUnit.MINUTES));
    if (!scope.from().isBefore(scope.until())) {
      throw new InvalidException("until", "is not in a later minute than from");
    }
    if (Duration.between(scope.from(), scope.until()).compareTo(LONGEST_SPAN) > 0) {
      throw new InvalidException(
          "until", "is more than " + LONGEST_SPAN.toDays() + " days after from");
    }
    return database.read(connection -> report(connection, scope, "All campaigns", 0));
  }

  /** What a report covers. */
  private record Scope(long campaignId, Instant from, Instant until) {
    Object[] parameters() {
      return new Object[] {campaignId, campaignId, from, until};
    }

    boolean isSpan() {
      return campaignId == ALL_CAMPAIGNS;
    }
  }

  private Report report(Connection connection, Scope scope, String title, long recipients)
      throws SQLException {
    List<CountRow> counts = Sql.list(connection, COUNTS, ReportStore::countRow, scope.parameters());
    List<TimeRow> times =
        Sql.list(connection, ACCEPT_TIMES, ReportStore::timeRow, scope.parameters());
    List<RecipientRow> byIsp =
        scope.isSpan()
            ? List.of()
            : Sql.list(connection, RECIPIENTS, ReportStore::recipientRow, scope.campaignId());
    ReportRows rows = new ReportRows(counts, times, byIsp);
    Counts total = rows.total();
    return new Report(
        title,
        clock.instant(),
        scope.isSpan() ? Optional.of(scope.from()) : Optional.empty(),
        scope.isSpan() ? Optional.of(scope.until()) : Optional.empty(),
        recipients,
        scope.isSpan() ? 0 : Math.max(0, recipients - total.ended()),
        total,
        rows.acceptTimes(),
        rows.isps(),
        Sql.list(connection, TOP_REPLIES, ReportStore::topReply, scope.parameters()),
        Sql.list(
            connection,
            INTERVALS,
            ReportStore::interval,
            scope.campaignId(),
            scope.campaignId(),
            scope.from(),
            scope.until(),
            MOST_INTERVALS));
  }

  private static IspKey isp(Row row) throws SQLException {
    return new IspKey(row.text("isp"), row.text("platform"));
  }

  private static PathKey path(Row row) throws SQLException {
    return new PathKey(row.text("route"), row.integer("port"), row.text("tls"));
  }

  private static CountRow countRow(Row row) throws SQLException {
    PathKey path = path(row);
    return new CountRow(
        isp(row),
        path,
        Counts.of(row.text("outcome"), row.text("category"), path.isPath(), row.number("count")));
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

  private static Interval interval(Row row) throws SQLException {
    return new Interval(
        row.instant("start"),
        row.integer("minutes"),
        row.number("accepted"),
        row.number("bounced"),
        row.number("deferrals"),
        row.number("path_failures"));
  }
}
