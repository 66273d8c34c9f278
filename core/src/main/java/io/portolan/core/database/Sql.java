package io.portolan.core.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs one statement with its parameters bound by position. An {@link Instant} is bound as an
 * {@link java.time.OffsetDateTime}, an {@link Optional} as its value or NULL, a {@code List<Long>}
 * or {@code List<String>} as an array; anything else as the driver takes it.
 */
public final class Sql {
  private Sql() {}

  /** Makes a value of the row at which a result stands. */
  @FunctionalInterface
  public interface Mapper<T> {
    T map(Row row) throws SQLException;
  }

  /** All rows of a query. */
  public static <T> List<T> list(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = bound(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      List<T> rows = new ArrayList<>();
      Row row = new Row(result);
      while (result.next()) {
        rows.add(mapper.map(row));
      }
      return rows;
    }
  }

  /**
   * The one row of a query, or nothing.
   *
   * @throws SQLException if there are several
   */
  public static <T> Optional<T> first(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    List<T> rows = list(connection, sql, mapper, parameters);
    if (rows.size() > 1) {
      // 21000: cardinality violation
      throw new SQLException("one row was expected, not " + rows.size(), "21000");
    }
    return rows.stream().findFirst();
  }

  /**
   * The row of a query that always has one.
   *
   * @throws SQLException if there is none, or several
   */
  public static <T> T one(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    // 02000: no data
    return first(connection, sql, mapper, parameters)
        .orElseThrow(() -> new SQLException("one row was expected, not none", "02000"));
  }

  /** Runs a statement that returns no rows and says how many it changed. */
  public static int update(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = bound(connection, sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  private static PreparedStatement bound(
      Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        bind(connection, statement, i + 1, parameters[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static void bind(
      Connection connection, PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case Optional<?> optional -> bind(connection, statement, index, optional.orElse(null));
      case Instant instant -> statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
      case List<?> list -> {
        String type = !list.isEmpty() && list.getFirst() instanceof Long ? "bigint" : "text";
        statement.setArray(index, connection.createArrayOf(type, list.toArray()));
      }
      case null, default -> statement.setObject(index, value);
    }
  }
}
