package io.portolan.metrics.report;

import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.AcceptTime;
import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.Minute;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

  private static final String MINUTES =
      """
      SELECT minute,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0) AS accepted,
             coalesce(sum(count) FILTER (WHERE outcome = 'bounced'), 0) AS refused,
             coalesce(sum(count) FILTER (WHERE outcome = 'deferred'), 0) AS deferrals,
             coalesce(sum(count) FILTER (WHERE outcome = 'path-failure'), 0) AS path_failures
        FROM result_rollup
       WHERE (? = 0 OR campaign_id = ?) AND minute >= ? AND minute < ?
       GROUP BY 1 ORDER BY 1
      """;

  private static final String ACCEPT_TIMES =
      """
      SELECT isp, route, port, bucket, sum(count) AS count
        FROM accept_time_rollup
       WHERE (? = 0 OR campaign_id = ?) AND minute >= ? AND minute < ?
       GROUP BY 1, 2, 3, 4
      """;

  private static final String TOP_REPLIES =
      """
      SELECT isp, code, coalesce(enhanced, '') AS enhanced, coalesce(category, '') AS category, outcome,
             count(*) AS count, min(reply) AS sample
        FROM attempt
       WHERE (? = 0 OR campaign_id = ?) AND at >= ? AND at < ? AND outcome <> 'accepted' AND code IS NOT NULL
       GROUP BY 1, 2, 3, 4, 5
       ORDER BY count DESC, isp, code
       LIMIT 20
      """;

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
   */
  public Report ofSpan(Instant from, Instant until) {
    return database.read(
        connection ->
            report(connection, new Scope(ALL_CAMPAIGNS, from, until), "All campaigns", 0));
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

  private record IspKey(String isp, String platform) {}

  private record PathKey(String isp, String route, int port, String tls) {}

  private record CountRow(IspKey isp, PathKey path, Counts counts) {}

  private record TimeRow(String isp, String route, int port, int bucket, long count) {}

  private Report report(Connection connection, Scope scope, String title, long recipients)
      throws SQLException {
    List<CountRow> rows = Sql.list(connection, COUNTS, ReportStore::countRow, scope.parameters());
    List<TimeRow> times =
        Sql.list(
            connection,
            ACCEPT_TIMES,
            row ->
                new TimeRow(
                    row.text("isp"),
                    row.text("route"),
                    row.integer("port"),
                    row.integer("bucket"),
                    row.number("count")),
            scope.parameters());
    Map<IspKey, Long> recipientsByIsp =
        new TreeMap<>(Comparator.comparing(IspKey::isp).thenComparing(IspKey::platform));
    if (!scope.isSpan()) {
      Sql.list(
              connection,
              RECIPIENTS,
              row ->
                  Map.entry(
                      new IspKey(row.text("isp"), row.text("platform")), row.number("recipients")),
              scope.campaignId())
          .forEach(entry -> recipientsByIsp.put(entry.getKey(), entry.getValue()));
    }
    rows.forEach(row -> recipientsByIsp.putIfAbsent(row.isp(), 0L));
    List<IspReport> isps = new ArrayList<>();
    recipientsByIsp.forEach((isp, count) -> isps.add(ispReport(isp, count, rows, times)));
    isps.sort(
        Comparator.comparingLong((IspReport isp) -> -isp.recipients() - isp.total().accepted())
            .thenComparing(IspReport::isp));
    Counts total = sum(rows);
    long ended =
        total.accepted()
            + total.bounced()
            + total.expired()
            + total.suppressed()
            + total.cancelled();
    return new Report(
        title,
        clock.instant(),
        scope.isSpan() ? Optional.of(scope.from()) : Optional.empty(),
        scope.isSpan() ? Optional.of(scope.until()) : Optional.empty(),
        recipients,
        scope.isSpan() ? 0 : Math.max(0, recipients - ended),
        total,
        acceptTimes(times),
        List.copyOf(isps),
        Sql.list(connection, TOP_REPLIES, ReportStore::topReply, scope.parameters()),
        Sql.list(connection, MINUTES, ReportStore::minute, scope.parameters()));
  }

  private static IspReport ispReport(
      IspKey isp, long recipients, List<CountRow> allRows, List<TimeRow> allTimes) {
    List<CountRow> rows = allRows.stream().filter(row -> row.isp().equals(isp)).toList();
    List<TimeRow> times = allTimes.stream().filter(row -> row.isp().equals(isp.isp())).toList();
    Map<PathKey, Counts> paths =
        new TreeMap<>(
            Comparator.comparing(PathKey::route)
                .thenComparingInt(PathKey::port)
                .thenComparing(PathKey::tls));
    for (CountRow row : rows) {
      if (!row.path().route().isEmpty()) {
        paths.merge(row.path(), row.counts(), Counts::plus);
      }
    }
    List<PathReport> pathReports = new ArrayList<>();
    paths.forEach(
        (path, counts) ->
            pathReports.add(
                new PathReport(
                    path.route(),
                    path.port(),
                    path.tls(),
                    counts,
                    acceptTimes(
                        times.stream()
                            .filter(
                                row ->
                                    row.route().equals(path.route()) && row.port() == path.port())
                            .toList()))));
    pathReports.sort(Comparator.comparingLong((PathReport path) -> -path.counts().accepted()));
    return new IspReport(
        isp.isp(),
        isp.platform(),
        recipients,
        sum(rows),
        acceptTimes(times),
        List.copyOf(pathReports));
  }

  private static Counts sum(List<CountRow> rows) {
    return rows.stream().map(CountRow::counts).reduce(Counts.NONE, Counts::plus);
  }

  private static AcceptTimes acceptTimes(List<TimeRow> rows) {
    Map<Integer, Long> buckets = new TreeMap<>();
    rows.forEach(row -> buckets.merge(row.bucket(), row.count(), Long::sum));
    long all = buckets.values().stream().mapToLong(Long::longValue).sum();
    return new AcceptTimes(quantile(buckets, all, 0.5), quantile(buckets, all, 0.95));
  }

  /** The lower bound of the bucket in which the quantile lies. */
  private static Optional<Long> quantile(Map<Integer, Long> buckets, long all, double quantile) {
    long rank = (long) Math.ceil(quantile * all);
    long seen = 0;
    for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
      seen += bucket.getValue();
      if (seen >= rank && rank > 0) {
        return Optional.of(AcceptTime.lowerMillis(bucket.getKey()));
      }
    }
    return Optional.empty();
  }

  private static CountRow countRow(Row row) throws SQLException {
    String isp = row.text("isp");
    return new CountRow(
        new IspKey(isp, row.text("platform")),
        new PathKey(isp, row.text("route"), row.integer("port"), row.text("tls")),
        counts(row.text("outcome"), row.text("category"), row.number("count")));
  }

  private static Counts counts(String outcome, String category, long count) {
    return switch (outcome) {
      case "accepted" -> new Counts(count, 0, 0, 0, 0, 0, 0, 0, 0);
      case "bounced" -> bounced(category, count);
      case "deferred" -> new Counts(0, 0, 0, 0, count, 0, 0, 0, 0);
      case "path-failure" -> new Counts(0, 0, 0, 0, 0, count, 0, 0, 0);
      case "expired" -> new Counts(0, 0, 0, 0, 0, 0, count, 0, 0);
      case "suppressed" -> new Counts(0, 0, 0, 0, 0, 0, 0, count, 0);
      case "cancelled" -> new Counts(0, 0, 0, 0, 0, 0, 0, 0, count);
      default -> throw new IllegalStateException("unknown outcome in result_rollup: " + outcome);
    };
  }

  private static Counts bounced(String category, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    if (known.filter(BounceCategory::isHard).isPresent()) {
      return new Counts(0, count, 0, 0, 0, 0, 0, 0, 0);
    }
    return known.filter(BounceCategory.IP_REPUTATION::equals).isPresent()
        ? new Counts(0, 0, 0, count, 0, 0, 0, 0, 0)
        : new Counts(0, 0, count, 0, 0, 0, 0, 0, 0);
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

  private static Minute minute(Row row) throws SQLException {
    return new Minute(
        row.instant("minute"),
        row.number("accepted"),
        row.number("refused"),
        row.number("deferrals"),
        row.number("path_failures"));
  }
}
