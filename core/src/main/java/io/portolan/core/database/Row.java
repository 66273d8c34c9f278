package io.portolan.core.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row at which a result stands, its columns by name. Valid until the result moves on. */
public final class Row {
  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  public String text(String column) throws SQLException {
    return notNull(result.getString(column), column);
  }

  public Optional<String> optionalText(String column) throws SQLException {
    return Optional.ofNullable(result.getString(column));
  }

  public boolean flag(String column) throws SQLException {
    return result.getBoolean(column);
  }

  public Optional<Boolean> optionalFlag(String column) throws SQLException {
    return Optional.ofNullable(result.getObject(column, Boolean.class));
  }

  public int integer(String column) throws SQLException {
    return result.getInt(column);
  }

  public Optional<Integer> optionalInteger(String column) throws SQLException {
    return Optional.ofNullable(result.getObject(column, Integer.class));
  }

  public long number(String column) throws SQLException {
    return result.getLong(column);
  }

  public Optional<Long> optionalNumber(String column) throws SQLException {
    return Optional.ofNullable(result.getObject(column, Long.class));
  }

  public double decimal(String column) throws SQLException {
    return notNull(result.getObject(column, Double.class), column);
  }

  public Optional<Double> optionalDecimal(String column) throws SQLException {
    return Optional.ofNullable(result.getObject(column, Double.class));
  }

  public byte[] bytes(String column) throws SQLException {
    return notNull(result.getBytes(column), column);
  }

  public Instant instant(String column) throws SQLException {
    return notNull(result.getObject(column, OffsetDateTime.class), column).toInstant();
  }

  public Optional<Instant> optionalInstant(String column) throws SQLException {
    return Optional.ofNullable(result.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  private static <T> T notNull(@Nullable T value, String column) throws SQLException {
    if (value == null) {
      // 22004: null value not allowed
      throw new SQLException("column " + column + " is null", "22004");
    }
    return value;
  }
}
