package io.portolan.metrics.policy;

import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathState;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.policy.Path;
import io.portolan.metrics.policy.Facts.Calm;
import io.portolan.metrics.policy.Facts.Failures;
import io.portolan.metrics.policy.Facts.Health;
import io.portolan.metrics.policy.Facts.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what advice rests on. Holds no state. */
final class FactStore {
  private static final String VERDICTS =
      "SELECT network, port, verdict, since, words, next_look < ? AS is_stale FROM port_verdict WHERE verdict <> 'unknown' ORDER BY port, network";

  // a path that was left and whose look is long overdue is in a network that has gone; so is what
  // was
  // open in one whose ports nobody watches any more
  private static final String HEALTH =
      """
      SELECT h.network, h.source, h.route, h.port, h.tls, h.target, h.state, h.since, h.evidence,
             h.state = 'open' OR EXISTS (
                 SELECT FROM path_transition t
                  WHERE t.network = h.network AND t.source = h.source AND t.route = h.route AND t.port = h.port AND t.tls = h.tls
                    AND t.target = h.target AND t.family = '' AND 'open' IN (t.from_state, t.to_state)) AS was_open
        FROM path_health h
       WHERE h.target NOT LIKE 'other/%' AND h.family = ''
         AND (h.state IN ('open', 'unknown') OR h.until >= ?)
         AND h.network NOT IN (SELECT network FROM port_verdict GROUP BY network HAVING max(next_look) < ?)
       ORDER BY h.route, h.port, h.tls, h.target, h.network
      """;

  private static final String FAILURES =
      """
      SELECT route, port, tls, count(*) AS count, sum(millis) AS millis
        FROM path_failure WHERE at >= ? AND at < ? GROUP BY 1, 2, 3
      """;

  // only minutes in which no opening failed say how many the network lets through
  private static final String CALM =
      """
      SELECT DISTINCT ON (port) port, sessions, platforms
        FROM (SELECT port, date_trunc('minute', at) AS minute, count(*) AS sessions, count(DISTINCT platform) AS platforms
                FROM attempt WHERE at >= ? AND at < ? AND open_millis > 0 GROUP BY 1, 2) opened
       WHERE NOT EXISTS (SELECT FROM path_failure f
                          WHERE f.port = opened.port AND f.at >= opened.minute
                            AND f.at < opened.minute + interval '1 minute')
       ORDER BY port, sessions DESC, platforms
      """;

  /** A path that no mail asks for is looked at some hours after its time. */
  private static final Duration LONGEST_OVERDUE = Duration.ofHours(4);

  private FactStore() {}

  static List<Verdict> verdicts(Connection connection, Instant now) throws SQLException {
    return Sql.list(
        connection,
        VERDICTS,
        row ->
            new Verdict(
                row.text("network"),
                row.integer("port"),
                row.text("verdict"),
                row.instant("since"),
                row.text("words"),
                row.flag("is_stale")),
        now.minus(StoredVerdict.STALE_AFTER));
  }

  static List<Health> health(Connection connection, Instant now) throws SQLException {
    return Sql.list(
        connection,
        HEALTH,
        row ->
            new Health(
                row.text("network"),
                new HealthKey(HistoryStore.path(row).from(row.text("source")), row.text("target")),
                PathState.of(row.text("state")),
                row.instant("since"),
                row.text("evidence"),
                row.flag("was_open")),
        now.minus(LONGEST_OVERDUE),
        now.minus(StoredVerdict.STALE_AFTER));
  }

  static Map<Path, Failures> failures(Connection connection, Instant from, Instant until)
      throws SQLException {
    return Sql.list(connection, FAILURES, FactStore::failures, from, until).stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  static Map<Integer, Calm> calm(Connection connection, Instant from, Instant until)
      throws SQLException {
    return Sql.list(
            connection,
            CALM,
            row ->
                Map.entry(
                    row.integer("port"), new Calm(row.number("sessions"), row.number("platforms"))),
            from,
            until)
        .stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static Map.Entry<Path, Failures> failures(Row row) throws SQLException {
    return Map.entry(
        HistoryStore.path(row), new Failures(row.number("count"), row.number("millis")));
  }
}
