package io.portolan.core.recorder;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Binds a list of rows to a statement as one array parameter a column. Not thread-safe. */
final class Columns {
  private final Connection connection;
  private final PreparedStatement statement;
  private final int rows;
  private int index;

  Columns(Connection connection, PreparedStatement statement, int rows) {
    this.connection = connection;
    this.statement = statement;
    this.rows = rows;
  }

  /**
   * Binds the next parameter.
   *
   * @param type the element type in SQL
   */
  <T> void add(String type, List<T> values, Function<T, ? extends @Nullable Object> value)
      throws SQLException {
    @Nullable Object[] column = new @Nullable Object[rows];
    for (int row = 0; row < rows; row++) {
      column[row] = value.apply(values.get(row));
    }
    statement.setArray(++index, connection.createArrayOf(type, column));
  }
}
