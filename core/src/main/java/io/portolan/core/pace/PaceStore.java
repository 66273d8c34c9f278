package io.portolan.core.pace;

import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code platform_pace} and {@code platform_pace_change} tables: the pace of each platform that
 * throttled us, and how it came about. Thread-safe; holds no state.
 */
public final class PaceStore {
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtext('pace'), hashtext(?)) IS NULL AS done";

  private static final String FIND = "SELECT * FROM platform_pace WHERE lane = ?";

  private static final String ALL = "SELECT * FROM platform_pace ORDER BY lane";

  private static final String SLOW =
      """
      INSERT INTO platform_pace (lane, rate, connections, reached, peak, barren, slowed_at, resumes_at, reply)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (lane) DO UPDATE
         SET rate = excluded.rate, connections = excluded.connections, reached = excluded.reached,
             peak = excluded.peak, barren = excluded.barren, slowed_at = excluded.slowed_at,
             resumes_at = excluded.resumes_at, reply = excluded.reply
      """;

  private static final String RECOVER =
      "DELETE FROM platform_pace WHERE lane = ? AND slowed_at = ? AND resumes_at = ?";

  private static final String CHANGE =
      """
      INSERT INTO platform_pace_change (at, lane, kind, from_rate, to_rate, resumes_at, reply, node)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String CHANGES =
      """
      SELECT * FROM platform_pace_change
       WHERE id < ? AND (?::text IS NULL OR lane = ?)
       ORDER BY id DESC LIMIT ?
      """;

  private static final String LATEST =
      "SELECT coalesce(max(id), 0) AS latest FROM platform_pace_change";

  private static final String EXPIRE = "DELETE FROM platform_pace_change WHERE at < ?";

  private final Database database;
  private final String node;

  /**
   * @param node that stands in the history for what it met
   */
  public PaceStore(Database database, String node) {
    this.database = database;
    this.node = node;
  }

  /**
   * Slows a platform down, once for each burst of replies, whichever nodes meet them.
   *
   * @return the pace from now on, and whether this reply changed it
   */
  public Slowed slow(Throttle throttle) {
    return database.inTransaction(
        connection -> {
          var _ = Sql.one(connection, LOCK, row -> row.flag("done"), throttle.lane());
          @Nullable Pace before =
              Sql.first(connection, FIND, PaceStore::pace, throttle.lane()).orElse(null);
          if (before != null && before.covers(throttle)) {
            Instant later = throttle.at().plus(throttle.coolDown());
            // the table's times differ by much more than the replies of one burst lie apart
            if (!later.minus(Pace.BURST).isAfter(before.resumesAt())) {
              return new Slowed(before, false);
            }
            Pace longer = before.resumingAt(later, throttle.reply());
            store(connection, longer);
            change(
                connection,
                throttle.at(),
                longer,
                PaceChange.Kind.COOLED_LONGER,
                limited(before.rate()));
            return new Slowed(longer, true);
          }
          Pace after = Pace.slowed(before, throttle);
          store(connection, after);
          Optional<Double> from =
              before == null
                  ? limited(throttle.limits().messagesPerSecond())
                  : limited(before.rate(throttle.at(), throttle.limits()));
          change(connection, throttle.at(), after, PaceChange.Kind.SLOWED, from);
          return new Slowed(after, true);
        });
  }

  /** A pace, and whether a reply changed it. */
  public record Slowed(Pace pace, boolean isNews) {}

  /**
   * Lets the policy's limits hold again, if the pace is still the one given.
   *
   * @return whether this call did so
   */
  public boolean recover(Pace pace, Limits policy, Instant now) {
    return database.inTransaction(
        connection -> {
          if (Sql.update(connection, RECOVER, pace.lane(), pace.slowedAt(), pace.resumesAt())
              == 0) {
            return false;
          }
          Sql.update(
              connection,
              CHANGE,
              now,
              pace.lane(),
              PaceChange.Kind.RECOVERED.id(),
              limited(pace.rate(now, policy)),
              limited(policy.messagesPerSecond()),
              Optional.empty(),
              "",
              node);
          return true;
        });
  }

  public List<Pace> all() {
    return database.read(connection -> Sql.list(connection, ALL, PaceStore::pace));
  }

  /** Grows with each change. */
  public long latestChange() {
    return database.read(connection -> Sql.one(connection, LATEST, row -> row.number("latest")));
  }

  /**
   * The latest changes, newest first.
   *
   * @param before the id of a change
   */
  public Page<PaceChange> changes(Optional<String> lane, long before, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(connection, CHANGES, PaceStore::change, before, lane, lane, limit + 1)),
        limit,
        PaceChange::id);
  }

  /** Forgets changes before a time. */
  public void expire(Instant oldest) {
    database.inTransaction(connection -> Sql.update(connection, EXPIRE, oldest));
  }

  private static void store(Connection connection, Pace pace) throws SQLException {
    Sql.update(
        connection,
        SLOW,
        pace.lane(),
        pace.rate(),
        pace.connections(),
        pace.reached(),
        pace.peak(),
        pace.barren(),
        pace.slowedAt(),
        pace.resumesAt(),
        pace.reply());
  }

  private void change(
      Connection connection, Instant at, Pace after, PaceChange.Kind kind, Optional<Double> from)
      throws SQLException {
    Sql.update(
        connection,
        CHANGE,
        at,
        after.lane(),
        kind.id(),
        from,
        limited(after.rate()),
        after.resumesAt(),
        after.reply(),
        node);
  }

  private static Optional<Double> limited(double rate) {
    return Optional.of(rate).filter(each -> each > 0);
  }

  private static Pace pace(Row row) throws SQLException {
    return new Pace(
        row.text("lane"),
        row.decimal("rate"),
        row.integer("connections"),
        row.decimal("reached"),
        row.decimal("peak"),
        row.integer("barren"),
        row.instant("slowed_at"),
        row.instant("resumes_at"),
        row.text("reply"));
  }

  private static PaceChange change(Row row) throws SQLException {
    return new PaceChange(
        row.number("id"),
        row.instant("at"),
        row.text("lane"),
        PaceChange.Kind.of(row.text("kind")),
        row.optionalDecimal("from_rate"),
        row.optionalDecimal("to_rate"),
        row.optionalInstant("resumes_at"),
        row.text("reply"),
        row.text("node"));
  }
}
