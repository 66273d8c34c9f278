package io.portolan.core.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The daily partitions of {@code attempt} and {@code path_failure}, cut at midnight UTC. A row
 * whose day has no partition yet goes to the default partition, so nothing is ever refused.
 *
 * <p>Thread-safe; several nodes may call it at once.
 */
public final class Partitions {
  private static final List<String> TABLES = List.of("attempt", "path_failure");

  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtext('portolan.partitions'))";

  // the server quotes the names and literals, so that no SQL is assembled here
  private static final String CREATE =
      """
      SELECT format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    ?::text, ?::text, ?::timestamptz, ?::timestamptz)
      """;

  private static final String EXPIRED =
      """
      SELECT c.relname
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = ?::regclass AND c.relname ~ '_\\d{8}$' AND right(c.relname, 8) < ?
      """;

  private static final String DROP = "SELECT format('DROP TABLE IF EXISTS %I', ?::text)";

  private final Database database;

  public Partitions(Database database) {
    this.database = database;
  }

  /**
   * Makes the partitions of today and of {@code daysAhead} days to come, where they are missing.
   */
  public void create(Instant now, int daysAhead) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    database.execute(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
            for (String table : TABLES) {
              for (int day = 0; day <= daysAhead; day++) {
                LocalDate from = today.plusDays(day);
                String sql;
                try (PreparedStatement create = connection.prepareStatement(CREATE)) {
                  create.setString(1, name(table, from));
                  create.setString(2, table);
                  create.setObject(3, from.atStartOfDay().atOffset(ZoneOffset.UTC));
                  create.setObject(4, from.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC));
                  sql = single(create);
                }
                statement.execute(sql);
              }
            }
          }
        });
  }

  /** Drops the partitions of days before {@code now} less {@code daysKept}; rollups stay. */
  public void drop(Instant now, int daysKept) {
    LocalDate oldest = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(daysKept);
    database.execute(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
            for (String table : TABLES) {
              List<String> expired = new ArrayList<>();
              try (PreparedStatement find = connection.prepareStatement(EXPIRED)) {
                find.setString(1, table);
                find.setString(2, suffix(oldest));
                try (ResultSet rows = find.executeQuery()) {
                  while (rows.next()) {
                    expired.add(rows.getString(1));
                  }
                }
              }
              for (String partition : expired) {
                try (PreparedStatement drop = connection.prepareStatement(DROP)) {
                  drop.setString(1, partition);
                  statement.execute(single(drop));
                }
              }
            }
          }
        });
  }

  private static String name(String table, LocalDate day) {
    return table + "_" + suffix(day);
  }

  private static String suffix(LocalDate day) {
    return day.toString().replace("-", "");
  }

  private static String single(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }
}
