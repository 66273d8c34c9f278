package io.portolan.core.path;

import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The {@code path_health} and {@code path_transition} tables: how each path stands in this network,
 * and every change of it.
 *
 * <p>Thread-safe; holds no state.
 */
public final class PathHealthStore {
  private static final String PUT =
      """
      INSERT INTO path_health (network, source, route, target, port, tls, family, state, since, until, strikes, good_looks, host, evidence, node)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (network, source, route, target, port, tls, family) DO UPDATE
         SET state = excluded.state, since = excluded.since, until = excluded.until, strikes = excluded.strikes,
             good_looks = excluded.good_looks, host = excluded.host, evidence = excluded.evidence, node = excluded.node,
             changed_at = clock_timestamp()
      """;

  private static final String APPEND =
      """
      INSERT INTO path_transition (at, network, source, route, target, port, tls, family, from_state, to_state, cause, host, evidence, node)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String CLAIM =
      """
      UPDATE path_health SET state = 'half-open', until = ?, node = ?, changed_at = clock_timestamp()
       WHERE network = ? AND source = ? AND route = ? AND target = ? AND port = ? AND tls = ? AND family = ?
         AND state IN ('suspect', 'blocked', 'half-open') AND until <= ?
      """;

  private static final String CHANGED =
      """
      SELECT * FROM path_health
       WHERE network = ? AND changed_at >= clock_timestamp() - make_interval(secs => ?)
      """;

  private static final String FIND =
      """
      SELECT * FROM path_health
       WHERE network = ? AND source = ? AND route = ? AND target = ? AND port = ? AND tls = ? AND family = ?
      """;

  private static final String ALL = "SELECT * FROM path_health WHERE network = ?";

  private static final String HISTORY =
      """
      SELECT * FROM path_transition
       WHERE network = ? AND id < ? AND (?::text IS NULL OR route = ?) AND (?::integer IS NULL OR port = ?)
         AND (?::text IS NULL OR target = ?)
       ORDER BY id DESC LIMIT ?
      """;

  // the last transition says how the path stood from then on, however long ago it was; the last
  // that tells of an open path says that it opened at all
  private static final String FORGET_TRANSITIONS =
      """
      DELETE FROM path_transition WHERE id IN (
          SELECT id FROM (
              SELECT t.id, h.id IS NULL AS is_left, 'open' IN (t.from_state, t.to_state) AS was_open,
                     row_number() OVER (
                         PARTITION BY t.network, t.source, t.route, t.target, t.port, t.tls, t.family
                         ORDER BY t.at DESC, t.id DESC) AS place,
                     row_number() OVER (
                         PARTITION BY t.network, t.source, t.route, t.target, t.port, t.tls, t.family,
                                      'open' IN (t.from_state, t.to_state)
                         ORDER BY t.at DESC, t.id DESC) AS place_among_alike
                FROM path_transition t
                LEFT JOIN path_health h
                  ON (h.network, h.source, h.route, h.target, h.port, h.tls, h.family)
                     = (t.network, t.source, t.route, t.target, t.port, t.tls, t.family)
               WHERE t.at < ?) AS old
           WHERE is_left OR (place > 1 AND NOT (was_open AND place_among_alike = 1)))
      """;

  private static final String FORGET_HEALTH =
      """
      DELETE FROM path_health
       WHERE changed_at < ?
         AND (target LIKE 'other/%' OR network NOT IN (SELECT network FROM port_verdict WHERE next_look >= ?))
      """;

  private final Database database;
  private final String network;

  /**
   * @param network names the way out that the nodes share; health holds for one network
   */
  public PathHealthStore(Database database, String network) {
    this.database = database;
    this.network = network;
  }

  /** Which transitions to show; empty parts do not restrict. */
  public record Filter(Optional<String> route, Optional<Integer> port, Optional<String> target) {}

  /** Stores changes in the order in which they came about, all or none. */
  public void store(List<StoredHealth> states, List<PathTransition> transitions) {
    database.inTransaction(
        connection -> {
          for (StoredHealth state : sorted(states)) {
            put(connection, state);
          }
          for (PathTransition transition : transitions) {
            append(connection, transition);
          }
          return transitions.size();
        });
  }

  /**
   * Takes the look at a path that is due, for this node.
   *
   * @param until when another node may look, if this one does not come back
   * @return whether it is this node's
   */
  public boolean claimLook(HealthKey key, Instant now, Instant until, String node) {
    Path path = key.path();
    return database.inTransaction(
        connection ->
            Sql.update(
                    connection,
                    CLAIM,
                    until,
                    node,
                    network,
                    path.source(),
                    path.route(),
                    key.target(),
                    path.port(),
                    path.tls().id(),
                    key.family().id(),
                    now)
                == 1);
  }

  /** What is stored of a path. */
  public Optional<StoredHealth> find(HealthKey key) {
    Path path = key.path();
    return database.read(
        connection ->
            Sql.first(
                connection,
                FIND,
                PathHealthStore::health,
                network,
                path.source(),
                path.route(),
                key.target(),
                path.port(),
                path.tls().id(),
                key.family().id()));
  }

  /** What was known when it was last stored. */
  public List<StoredHealth> all() {
    return database.read(connection -> Sql.list(connection, ALL, PathHealthStore::health, network));
  }

  /** What changed within the last {@code span}, by the database's clock. */
  public List<StoredHealth> changedWithin(Duration span) {
    return database.read(
        connection ->
            Sql.list(
                connection, CHANGED, PathHealthStore::health, network, span.toMillis() / 1_000.0));
  }

  /** The transitions before one, latest first. */
  public Page<PathTransition> history(Filter filter, long before, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    HISTORY,
                    PathHealthStore::transition,
                    network,
                    before,
                    filter.route().orElse(null),
                    filter.route().orElse(null),
                    filter.port().orElse(null),
                    filter.port().orElse(null),
                    filter.target().orElse(null),
                    filter.target().orElse(null),
                    limit + 1)),
        limit,
        PathTransition::id);
  }

  /**
   * Forgets, in all networks, small domains that are untouched since {@code oldest}, paths of
   * networks that nobody has watched since, and transitions from before it. Of a path that is not
   * forgotten the transition stays by which it stood at that time, and one that tells that it was
   * open.
   */
  public void expire(Instant oldest) {
    database.inTransaction(
        connection ->
            Sql.update(connection, FORGET_HEALTH, oldest, oldest)
                + Sql.update(connection, FORGET_TRANSITIONS, oldest));
  }

  /** One order for all nodes, so that two that store at once do not wait for each other. */
  private static List<StoredHealth> sorted(List<StoredHealth> states) {
    List<StoredHealth> sorted = new ArrayList<>(states);
    sorted.sort(
        (a, b) ->
            Arrays.compare(
                new String[] {a.key().label(), a.key().path().tls().id()},
                new String[] {b.key().label(), b.key().path().tls().id()}));
    return sorted;
  }

  private void put(Connection connection, StoredHealth health) throws SQLException {
    Path path = health.key().path();
    Sql.update(
        connection,
        PUT,
        network,
        path.source(),
        path.route(),
        health.key().target(),
        path.port(),
        path.tls().id(),
        health.key().family().id(),
        health.state().id(),
        health.since(),
        health.until(),
        health.strikes(),
        health.goodLooks(),
        health.host(),
        health.evidence(),
        health.node());
  }

  private void append(Connection connection, PathTransition transition) throws SQLException {
    Path path = transition.key().path();
    Sql.update(
        connection,
        APPEND,
        transition.at(),
        network,
        path.source(),
        path.route(),
        transition.key().target(),
        path.port(),
        path.tls().id(),
        transition.key().family().id(),
        transition.from().id(),
        transition.to().id(),
        transition.cause().id(),
        transition.host(),
        transition.evidence(),
        transition.node());
  }

  private static StoredHealth health(Row row) throws SQLException {
    return new StoredHealth(
        key(row),
        PathState.of(row.text("state")),
        row.instant("since"),
        row.instant("until"),
        row.integer("strikes"),
        row.integer("good_looks"),
        row.text("host"),
        row.text("evidence"),
        row.text("node"));
  }

  private static PathTransition transition(Row row) throws SQLException {
    return new PathTransition(
        row.number("id"),
        row.instant("at"),
        key(row),
        PathState.of(row.text("from_state")),
        PathState.of(row.text("to_state")),
        PathTransition.Cause.of(row.text("cause")),
        row.text("host"),
        row.text("evidence"),
        row.text("node"));
  }

  private static HealthKey key(Row row) throws SQLException {
    String tls = row.text("tls");
    return new HealthKey(
        new Path(
            row.text("route"),
            row.integer("port"),
            TlsMode.of(tls).orElseThrow(() -> new SQLException("no TLS mode: " + tls)),
            row.text("source")),
        row.text("target"),
        IpFamily.ofId(row.text("family")));
  }
}
