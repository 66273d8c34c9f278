package io.portolan.core.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The daily partitions of {@code attempt} and {@code path_failure}, cut at midnight UTC. A row
 * whose day has no partition yet goes to the default partition, so nothing is ever refused, and
 * moves to its own when that is made.
 *
 * <p>Each partition is made or dropped in a transaction of its own that waits two seconds for its
 * locks and then gives up, so that writers never queue behind it for long.
 *
 * <p>Thread-safe; several nodes may call it at once.
 */
public final class Partitions {
  private static final List<String> TABLES = List.of("attempt", "path_failure");

  private static final String BEGIN =
      "SET LOCAL lock_timeout = '2s'; SELECT pg_advisory_xact_lock(hashtext('portolan.partitions'))";

  private static final String IS_THERE = "SELECT to_regclass(?) IS NOT NULL AS there";

  // the server quotes the names and literals, so that no SQL is assembled here; attaching a table
  // leaves the parent readable and writable, where CREATE TABLE … PARTITION OF locks it
  private static final String CREATE =
      """
      SELECT format($$
          CREATE TABLE %1$I (LIKE %2$I INCLUDING ALL);
          LOCK TABLE %3$I IN ACCESS EXCLUSIVE MODE;
          WITH moved AS (DELETE FROM %3$I WHERE at >= %4$L AND at < %5$L RETURNING *)
          INSERT INTO %1$I SELECT * FROM moved;
          ALTER TABLE %2$I ATTACH PARTITION %1$I FOR VALUES FROM (%4$L) TO (%5$L)
      $$, ?::text, ?::text, ?::text, ?::timestamptz, ?::timestamptz) AS sql
      """;

  private static final String EXPIRED =
      """
      SELECT c.relname
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = ?::regclass AND c.relname ~ '_\\d{8}$' AND right(c.relname, 8) < ?
       ORDER BY 1
      """;

  private static final String DROP = "SELECT format('DROP TABLE IF EXISTS %I', ?::text) AS sql";

  private static final String EMPTY_DEFAULT =
      "SELECT format('DELETE FROM %I WHERE at < %L', ?::text, ?::timestamptz) AS sql";

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Database database;

  public Partitions(Database database) {
    this.database = database;
  }

  /**
   * Makes the partitions of today and of {@code daysAhead} days to come, where they are missing.
   */
  public void create(Instant now, int daysAhead) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    for (String table : TABLES) {
      for (int day = 0; day <= daysAhead; day++) {
        LocalDate from = today.plusDays(day);
        String name = table + "_" + suffix(from);
        if (!database.read(connection -> isThere(connection, name))) {
          alone(
              connection -> {
                // another node may have made it meanwhile
                if (!isThere(connection, name)) {
                  run(
                      connection,
                      CREATE,
                      name,
                      table,
                      byDefault(table),
                      midnight(from),
                      midnight(from.plusDays(1)));
                }
              });
        }
      }
    }
  }

  /**
   * Makes the same partitions, if nobody holds a lock that is in the way, such as a backup or a
   * long report does. Until they are made the default partitions serve.
   *
   * @return false if some are left to be made later
   */
  public boolean createIfFree(Instant now, int daysAhead) {
    try {
      create(now, daysAhead);
      return true;
    } catch (DatabaseException e) {
      if (e.sqlState().equals(LOCK_NOT_AVAILABLE)) {
        return false;
      }
      throw e;
    }
  }

  /** Drops what is of days before {@code now} less {@code daysKept}; rollups stay. */
  public void drop(Instant now, int daysKept) {
    LocalDate oldest = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(daysKept);
    for (String table : TABLES) {
      List<String> expired =
          database.read(
              connection ->
                  Sql.list(connection, EXPIRED, row -> row.text("relname"), table, suffix(oldest)));
      for (String partition : expired) {
        alone(connection -> run(connection, DROP, partition));
      }
      alone(connection -> run(connection, EMPTY_DEFAULT, byDefault(table), midnight(oldest)));
    }
  }

  private void alone(Database.Action action) {
    database.execute(
        connection -> {
          execute(connection, BEGIN);
          action.run(connection);
        });
  }

  private static boolean isThere(Connection connection, String table) throws SQLException {
    return Sql.one(connection, IS_THERE, row -> row.flag("there"), table);
  }

  private static void run(Connection connection, String writer, Object... parameters)
      throws SQLException {
    execute(connection, Sql.one(connection, writer, row -> row.text("sql"), parameters));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String byDefault(String table) {
    return table + "_default";
  }

  private static OffsetDateTime midnight(LocalDate day) {
    return day.atStartOfDay().atOffset(ZoneOffset.UTC);
  }

  private static String suffix(LocalDate day) {
    return day.toString().replace("-", "");
  }
}
