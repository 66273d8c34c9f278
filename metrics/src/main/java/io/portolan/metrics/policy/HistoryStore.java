package io.portolan.metrics.policy;

import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.metrics.policy.HealthHistory.PathChange;
import io.portolan.metrics.policy.HealthHistory.PortChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Reads recorded history, added up by the database: its size grows with minutes, ISPs, paths and
 * their changes, not with messages. Holds no state.
 */
final class HistoryStore {
  private static final String MINUTES =
      """
      SELECT minute, isp, platform, route, port, tls,
             coalesce(sum(count) FILTER (WHERE outcome IN ('accepted', 'bounced')), 0) AS ended,
             coalesce(sum(count) FILTER (WHERE outcome <> 'path-failure'), 0) AS tries,
             coalesce(sum(count) FILTER (WHERE outcome = 'path-failure'), 0) AS failures
        FROM result_rollup
       WHERE minute >= ? AND minute < ? AND route <> ''
         AND outcome IN ('accepted', 'bounced', 'deferred', 'path-failure')
       GROUP BY 1, 2, 3, 4, 5, 6
       ORDER BY 1, 2, 3
      """;

  // a path's last change before the span says how it stood at its start, unless nobody watched its
  // network any more by then
  private static final String PATH_CHANGES =
      """
      SELECT * FROM (
          (SELECT DISTINCT ON (network, source, route, target, port, tls) at, network, source, route, target, port, tls, to_state, id
             FROM path_transition
            WHERE at < ? AND target NOT LIKE 'other/%' AND family = ''
              AND network NOT IN (SELECT network FROM port_verdict GROUP BY network HAVING max(next_look) < ?)
            ORDER BY network, source, route, target, port, tls, at DESC, id DESC)
          UNION ALL
          (SELECT at, network, source, route, target, port, tls, to_state, id
             FROM path_transition
            WHERE at >= ? AND at < ? AND target NOT LIKE 'other/%' AND family = '')) changes
       ORDER BY at, id
      """;

  private static final String PORT_CHANGES =
      """
      SELECT * FROM (
          (SELECT DISTINCT ON (network, port) at, network, port, to_verdict, id
             FROM port_verdict_change
            WHERE at < ? AND (network, port) NOT IN (SELECT network, port FROM port_verdict WHERE next_look < ?)
            ORDER BY network, port, at DESC, id DESC)
          UNION ALL
          (SELECT at, network, port, to_verdict, id FROM port_verdict_change WHERE at >= ? AND at < ?)) changes
       ORDER BY at, id
      """;

  private static final String TIMES =
      """
      SELECT platform, route, port, tls, sum(tries) AS tries, sum(sessions) AS sessions, sum(open) AS open,
             sum(exchange) AS exchange, sum(failures) AS failures, sum(failed) AS failed
        FROM (SELECT platform, route, port, tls, count(*) AS tries, count(*) FILTER (WHERE open_millis > 0) AS sessions,
                     sum(open_millis) AS open, sum(exchange_millis) AS exchange, 0 AS failures, 0 AS failed
                FROM attempt WHERE at >= ? AND at < ? GROUP BY 1, 2, 3, 4
              UNION ALL
              SELECT platform, route, port, tls, 0, 0, 0, 0, count(*), sum(millis)
                FROM path_failure WHERE at >= ? AND at < ? GROUP BY 1, 2, 3, 4) measured
       GROUP BY 1, 2, 3, 4
      """;

  /** Read at once; a day with two hundred ISPs is some ten thousand rows an hour. */
  private static final Duration PIECE = Duration.ofHours(1);

  /** Times are means of so much at the end of the span, so that a long one costs no more. */
  static final Duration MEASURED = Duration.ofDays(1);

  /** Takes what was recorded in one minute. */
  @FunctionalInterface
  interface MinuteReader {
    void minute(Instant minute, List<MinuteRow> rows);
  }

  private HistoryStore() {}

  /** Hands on the minutes of a span in which anything was recorded, in order. */
  static void minutes(Connection connection, Instant from, Instant until, MinuteReader reader)
      throws SQLException {
    for (Instant start = from; start.isBefore(until); start = start.plus(PIECE)) {
      Instant end = start.plus(PIECE).isBefore(until) ? start.plus(PIECE) : until;
      List<MinuteRow> rows = Sql.list(connection, MINUTES, HistoryStore::minuteRow, start, end);
      for (int first = 0; first < rows.size(); ) {
        Instant minute = rows.get(first).minute();
        int next = first;
        while (next < rows.size() && rows.get(next).minute().equals(minute)) {
          next++;
        }
        reader.minute(minute, rows.subList(first, next));
        first = next;
      }
    }
  }

  static HealthHistory health(Connection connection, Instant from, Instant until)
      throws SQLException {
    Instant overdue = from.minus(StoredVerdict.STALE_AFTER);
    return new HealthHistory(
        Sql.list(connection, PATH_CHANGES, HistoryStore::pathChange, from, overdue, from, until),
        Sql.list(connection, PORT_CHANGES, HistoryStore::portChange, from, overdue, from, until),
        from);
  }

  static Costs costs(Connection connection, Instant from, Instant until) throws SQLException {
    Instant start = until.minus(MEASURED).isAfter(from) ? until.minus(MEASURED) : from;
    return new Costs(
        Sql.list(connection, TIMES, HistoryStore::measured, start, until, start, until));
  }

  private static MinuteRow minuteRow(Row row) throws SQLException {
    return new MinuteRow(
        row.instant("minute"),
        row.text("isp"),
        row.text("platform"),
        path(row),
        row.number("ended"),
        row.number("tries"),
        row.number("failures"));
  }

  private static PathChange pathChange(Row row) throws SQLException {
    return new PathChange(
        row.instant("at"),
        row.text("network"),
        new HealthKey(path(row).from(row.text("source")), row.text("target")),
        PathState.of(row.text("to_state")));
  }

  private static PortChange portChange(Row row) throws SQLException {
    return new PortChange(
        row.instant("at"), row.text("network"), row.integer("port"), row.text("to_verdict"));
  }

  private static Costs.Measured measured(Row row) throws SQLException {
    return new Costs.Measured(
        row.text("platform"),
        path(row),
        row.number("tries"),
        row.number("sessions"),
        row.number("open"),
        row.number("exchange"),
        row.number("failures"),
        row.number("failed"));
  }

  static Path path(Row row) throws SQLException {
    String tls = row.text("tls");
    return new Path(
        row.text("route"),
        row.integer("port"),
        TlsMode.of(tls).orElseThrow(() -> new SQLException("no TLS mode: " + tls)));
  }
}
