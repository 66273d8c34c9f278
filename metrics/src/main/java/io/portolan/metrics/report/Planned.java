package io.portolan.metrics.report;

import io.portolan.core.database.Database;
import java.sql.Statement;

/**
 * Reads for reports. The server plans each statement for the values that are asked for, as the best
 * plan of an hour is not that of a month; sums up in memory what fits into it; and compiles no
 * expression to machine code, which takes longer than a report does.
 */
public final class Planned {
  private static final String SETTINGS =
      "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '32MB';"
          + " SET TRANSACTION READ ONLY";

  private Planned() {}

  /** Runs reading work in one transaction; it may run twice. */
  public static <T> T read(Database database, Database.Work<T> work) {
    return database.inTransaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
          }
          return work.run(connection);
        });
  }
}
