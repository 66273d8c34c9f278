package io.portolan.core.path;

import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The {@code port_verdict} and {@code port_verdict_change} tables: what rounds of looks say of each
 * port in this network, and which node takes the next round.
 *
 * <p>Thread-safe; holds no state.
 */
public final class PortVerdictStore {
  private static final String ENSURE =
      """
      INSERT INTO port_verdict (network, port, verdict, since, words, latest, rounds, looked_at, next_look, node)
      VALUES (?, ?, 'unknown', ?, '', 'unknown', 0, 'epoch', ?, '')
      ON CONFLICT (network, port) DO UPDATE SET next_look = excluded.next_look WHERE port_verdict.next_look < ?
      """;

  private static final String HASTEN =
      "UPDATE port_verdict SET next_look = ? WHERE network = ? AND port = ? AND next_look > ? AND looked_at < ?";

  private static final String CLAIM =
      """
      UPDATE port_verdict SET next_look = ?, node = ?, looked_at = ?
       WHERE network = ? AND port = (
               SELECT port FROM port_verdict
                WHERE network = ? AND port = ANY (?) AND next_look <= ?
                ORDER BY next_look LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING *
      """;

  private static final String FINISH =
      """
      UPDATE port_verdict
         SET verdict = ?, since = ?, words = ?, latest = ?, rounds = ?, looked_at = ?, next_look = ?, looks = ?::jsonb
       WHERE network = ? AND port = ? AND node = ?
      """;

  private static final String CHANGE =
      """
      INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
      VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?)
      """;

  private static final String ALL = "SELECT * FROM port_verdict WHERE network = ? ORDER BY port";

  private static final String CHANGES =
      """
      SELECT * FROM port_verdict_change
       WHERE network = ? AND id < ? AND (?::integer IS NULL OR port = ?)
       ORDER BY id DESC LIMIT ?
      """;

  private static final String FORGET_VERDICTS = "DELETE FROM port_verdict WHERE next_look < ?";

  // the last change says how the port stood from then on, however long ago it was
  private static final String FORGET_CHANGES =
      """
      DELETE FROM port_verdict_change WHERE id IN (
          SELECT id FROM (
              SELECT c.id, v.port IS NULL AS is_left,
                     row_number() OVER (PARTITION BY c.network, c.port ORDER BY c.at DESC, c.id DESC) AS place
                FROM port_verdict_change c LEFT JOIN port_verdict v ON v.network = c.network AND v.port = c.port
               WHERE c.at < ?) AS old
           WHERE is_left OR place > 1)
      """;

  private final Database database;
  private final String network;

  /**
   * @param network names the way out that the nodes share
   */
  public PortVerdictStore(Database database, String network) {
    this.database = database;
    this.network = network;
  }

  /**
   * Has ports looked at from now on; what is known of them stays. What nobody watched for long is
   * looked at as if it were new.
   */
  public void ensure(Collection<Integer> ports, Instant now, Instant firstLook) {
    database.inTransaction(
        connection -> {
          int added = 0;
          for (int port : ports) {
            added +=
                Sql.update(
                    connection,
                    ENSURE,
                    network,
                    port,
                    now,
                    firstLook,
                    now.minus(StoredVerdict.STALE_AFTER));
          }
          return added;
        });
  }

  /**
   * Has a port looked at now, for there is trouble on it. A round that is under way counts as one
   * that was.
   *
   * @param lookedBefore when a round must have begun for another to be worth it
   */
  public void hasten(int port, Instant now, Instant lookedBefore) {
    database.inTransaction(
        connection -> Sql.update(connection, HASTEN, now, network, port, now, lookedBefore));
  }

  /**
   * Takes a round that is due, for this node.
   *
   * @param until when another node may take it, if this one does not come back
   * @return what was known before
   */
  public Optional<StoredVerdict> claim(
      Collection<Integer> ports, Instant now, Instant until, String node) {
    Integer[] wanted = ports.toArray(Integer[]::new);
    return database.inTransaction(
        connection ->
            Sql.first(
                connection,
                CLAIM,
                PortVerdictStore::verdict,
                until,
                node,
                now,
                network,
                network,
                connection.createArrayOf("integer", wanted),
                now));
  }

  /**
   * Stores what a round came to.
   *
   * @param from the verdict before
   * @return whether it was stored; false when another node has taken the round meanwhile
   */
  public boolean finish(StoredVerdict next, String from) {
    return database.inTransaction(
        connection -> {
          int rows =
              Sql.update(
                  connection,
                  FINISH,
                  next.verdict(),
                  next.since(),
                  next.words(),
                  next.latest(),
                  next.rounds(),
                  next.lookedAt(),
                  next.nextLook(),
                  next.looks(),
                  network,
                  next.port(),
                  next.node());
          if (rows == 1 && !next.verdict().equals(from)) {
            Sql.update(
                connection,
                CHANGE,
                next.since(),
                network,
                next.port(),
                from,
                next.verdict(),
                next.words(),
                next.looks(),
                next.node());
          }
          return rows == 1;
        });
  }

  /** What is known of each port. */
  public List<StoredVerdict> all() {
    return database.read(
        connection -> Sql.list(connection, ALL, PortVerdictStore::verdict, network));
  }

  /** The changes before one, latest first. */
  public Page<VerdictChange> changes(Optional<Integer> port, long before, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    CHANGES,
                    PortVerdictStore::change,
                    network,
                    before,
                    port.orElse(null),
                    port.orElse(null),
                    limit + 1)),
        limit,
        VerdictChange::id);
  }

  /**
   * Forgets, in all networks, ports that nobody has watched since {@code oldest}, and changes from
   * before it. Of a port that is watched the change stays by which it stood at that time.
   */
  public void expire(Instant oldest) {
    database.inTransaction(
        connection ->
            Sql.update(connection, FORGET_VERDICTS, oldest)
                + Sql.update(connection, FORGET_CHANGES, oldest));
  }

  private static StoredVerdict verdict(Row row) throws SQLException {
    return new StoredVerdict(
        row.integer("port"),
        row.text("verdict"),
        row.instant("since"),
        row.text("words"),
        row.text("latest"),
        row.integer("rounds"),
        row.instant("looked_at"),
        row.instant("next_look"),
        row.text("looks"),
        row.text("node"));
  }

  private static VerdictChange change(Row row) throws SQLException {
    return new VerdictChange(
        row.number("id"),
        row.instant("at"),
        row.integer("port"),
        row.text("from_verdict"),
        row.text("to_verdict"),
        row.text("words"),
        row.text("evidence"),
        row.text("node"));
  }
}
