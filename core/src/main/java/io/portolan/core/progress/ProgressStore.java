package io.portolan.core.progress;

import io.portolan.core.NotFoundException;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.progress.CampaignProgress.Counts;
import io.portolan.core.progress.CampaignProgress.IspProgress;
import io.portolan.core.progress.CampaignProgress.PathShare;
import io.portolan.core.relay.RelayShare;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the progress of a campaign from {@code campaign_isp} and {@code result_rollup}, and from
 * {@code delivery} what is in doubt: three statements, four where relays took mail, whose cost
 * grows with minutes, ISPs, paths and doubts, not with recipients. Thread-safe; holds no state.
 */
public final class ProgressStore {
  private static final String CAMPAIGN =
      "SELECT state::text AS state, launched_at, planned_at IS NOT NULL AS planned FROM campaign WHERE id = ?";

  private static final String COUNTS =
      """
      SELECT i.isp, i.platform, i.recipients,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'accepted'), 0)::bigint AS taken,
             coalesce(sum(CASE r.outcome WHEN 'accepted' THEN r.count ELSE -r.count END)
                          FILTER (WHERE r.route NOT IN ('', 'direct')
                                    AND r.outcome IN ('accepted', 'delivered', 'late-bounce')), 0)::bigint AS relayed,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'late-bounce'), 0)::bigint AS returned,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'bounced'), 0)::bigint AS refused,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'expired'), 0)::bigint AS expired,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'suppressed'), 0)::bigint AS suppressed,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'cancelled'), 0)::bigint AS cancelled,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'deferred'), 0)::bigint AS deferrals,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'path-failure'), 0)::bigint AS path_failures,
             (SELECT count(*) FROM delivery d
               WHERE d.campaign_id = i.campaign_id AND d.in_doubt_since IS NOT NULL AND d.state = 'planned'
                 AND d.isp = i.isp AND d.platform = i.platform) AS in_doubt,
             coalesce(sum(r.count) FILTER (WHERE r.outcome IN ('accepted', 'bounced', 'expired')
                                             AND r.minute >= ?), 0)::bigint AS ended_this_minute,
             coalesce(sum(r.count) FILTER (WHERE r.outcome IN ('accepted', 'bounced', 'expired')
                                             AND r.minute >= ? AND r.minute < ?), 0)::bigint AS ended_last_minute
        FROM campaign_isp i
        LEFT JOIN result_rollup r
               ON r.campaign_id = i.campaign_id AND r.isp = i.isp AND r.platform = i.platform
       WHERE i.campaign_id = ?
       GROUP BY i.campaign_id, i.isp, i.platform, i.recipients
       ORDER BY i.recipients DESC, i.isp, i.platform
      """;

  // of this minute and the last, the later in which the ISP was offered anything
  private static final String PATHS =
      """
      SELECT isp, platform, route, port, tls, attempts
        FROM (SELECT isp, platform, route, port, tls, minute, sum(count)::bigint AS attempts,
                     max(minute) OVER (PARTITION BY isp, platform) AS latest
                FROM result_rollup
               WHERE campaign_id = ? AND minute >= ? AND route <> '' AND outcome IN ('accepted', 'bounced', 'deferred')
               GROUP BY isp, platform, route, port, tls, minute) AS recent
       WHERE minute = latest
       ORDER BY attempts DESC, route, port
      """;

  private static final String RELAYED =
      """
      SELECT route, sum(CASE outcome WHEN 'accepted' THEN count ELSE -count END)::bigint AS relayed
        FROM result_rollup
       WHERE campaign_id = ? AND route NOT IN ('', 'direct') AND outcome IN ('accepted', 'delivered', 'late-bounce')
       GROUP BY route
      HAVING sum(CASE outcome WHEN 'accepted' THEN count ELSE -count END) > 0
       ORDER BY relayed DESC, route
      """;

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Database database;

  public ProgressStore(Database database) {
    this.database = database;
  }

  private record Campaign(CampaignState state, Optional<Instant> launchedAt, boolean planned) {}

  private record Key(String isp, String platform) {}

  /**
   * The progress of a campaign.
   *
   * @throws NotFoundException if there is no such campaign
   */
  public CampaignProgress progress(long campaignId, Instant now) {
    Instant thisMinute = now.truncatedTo(ChronoUnit.MINUTES);
    Instant lastMinute = thisMinute.minus(MINUTE);
    return database.read(
        connection -> {
          Campaign campaign =
              Sql.first(connection, CAMPAIGN, ProgressStore::campaign, campaignId)
                  .orElseThrow(() -> new NotFoundException("campaign", campaignId));
          Map<Key, List<PathShare>> paths = new LinkedHashMap<>();
          Sql.list(connection, PATHS, row -> addPath(paths, row), campaignId, lastMinute);
          List<IspProgress> isps =
              Sql.list(
                  connection,
                  COUNTS,
                  row -> isp(row, paths, rateOf(row, campaign, now)),
                  thisMinute,
                  lastMinute,
                  thisMinute,
                  campaignId);
          Counts total =
              isps.stream()
                  .map(IspProgress::counts)
                  .reduce(new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Counts::plus);
          List<RelayShare> relays =
              total.relayed() == 0
                  ? List.of()
                  : Sql.list(
                      connection,
                      RELAYED,
                      row -> new RelayShare(row.text("route"), row.number("relayed")),
                      campaignId);
          return new CampaignProgress(
              campaignId, campaign.state(), now, campaign.planned(), total, isps, relays);
        });
  }

  private static Campaign campaign(Row row) throws SQLException {
    return new Campaign(
        CampaignState.of(row.text("state")).orElseThrow(),
        row.optionalInstant("launched_at"),
        row.flag("planned"));
  }

  private static boolean addPath(Map<Key, List<PathShare>> paths, Row row) throws SQLException {
    return paths
        .computeIfAbsent(
            new Key(row.text("isp"), row.text("platform")), _ -> new ArrayList<PathShare>())
        .add(
            new PathShare(
                row.text("route"), row.integer("port"), row.text("tls"), row.number("attempts")));
  }

  private static IspProgress isp(Row row, Map<Key, List<PathShare>> paths, double perSecond)
      throws SQLException {
    Key key = new Key(row.text("isp"), row.text("platform"));
    long relayed = Math.max(0, row.number("relayed"));
    Counts counts =
        new Counts(
            row.number("recipients"),
            row.number("taken") - relayed - row.number("returned"),
            relayed,
            row.number("refused") + row.number("returned"),
            row.number("expired"),
            row.number("suppressed"),
            row.number("cancelled"),
            row.number("deferrals"),
            row.number("path_failures"),
            row.number("in_doubt"),
            perSecond);
    return new IspProgress(key.isp(), key.platform(), counts, paths.getOrDefault(key, List.of()));
  }

  /*
   * The rollup counts by the clock's minutes. The last 60 seconds are taken as this minute so far
   * and, of the last one, the part that is still within 60 seconds, as if its results were evenly
   * spread. A campaign younger than that is measured from its launch.
   */
  private static double rateOf(Row row, Campaign campaign, Instant now) throws SQLException {
    if (campaign.launchedAt().isEmpty()) {
      return 0;
    }
    double intoMinute =
        Duration.between(now.truncatedTo(ChronoUnit.MINUTES), now).toMillis() / 1000.0;
    double age = Duration.between(campaign.launchedAt().get(), now).toMillis() / 1000.0;
    double measured = Math.clamp(age, 1, 60);
    double lastPart = Math.clamp(60 - intoMinute, 0, 60) / Math.clamp(age - intoMinute, 1, 60);
    return (row.number("ended_this_minute")
            + row.number("ended_last_minute") * Math.min(1, lastPart))
        / measured;
  }
}
