package io.portolan.core.list;

import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Shows all nodes that an import is being run: an advisory lock, on a connection of its own, that
 * PostgreSQL lets go when the process dies. Thread-safe.
 */
final class ImportLease implements AutoCloseable {
  private static final int VALIDATION_SECONDS = 5;
  private static final String REFUSED = "The database refused a statement";

  // the key is that of ImportStore.FAIL_ABANDONED
  private static final String LOCK =
      "SELECT pg_try_advisory_lock(hashtextextended('portolan import ' || ?::bigint, 0)) AS held";

  private static final String UNLOCK = "SELECT pg_advisory_unlock_all()";

  private final Database database;
  private @Nullable Connection connection;
  private boolean held;

  ImportLease(Database database) {
    this.database = database;
  }

  /**
   * Makes the record of an import that begins, and takes its lock.
   *
   * @throws NotFoundException if there is no such list
   */
  synchronized ImportJob begin(ImportRequest request, Instant now) {
    try {
      ImportJob job = ImportWriter.begin(connect(), request, now);
      held = true;
      return job;
    } catch (SQLException e) {
      DatabaseException failure = new DatabaseException(REFUSED, e);
      if (failure.isForeignKeyViolation()) {
        throw new NotFoundException("list", request.listId());
      }
      throw failure;
    }
  }

  /**
   * Takes the lock again if it was lost. After an outage it may still belong to the session that
   * was cut off; that one protects the import until PostgreSQL notices, and the next call tries
   * again.
   *
   * @throws DatabaseException if the database cannot be reached
   */
  synchronized void hold(long importId) {
    try {
      Connection present = connect();
      held = held || Sql.one(present, LOCK, row -> row.flag("held"), importId);
    } catch (SQLException e) {
      throw new DatabaseException(REFUSED, e);
    }
  }

  private Connection connect() throws SQLException {
    Connection present = connection;
    if (present == null || !present.isValid(VALIDATION_SECONDS)) {
      close();
      present = database.dataSource().getConnection();
      connection = present;
    }
    return present;
  }

  /** Lets the lock go. */
  @Override
  public synchronized void close() {
    held = false;
    try (Connection closing = connection) {
      connection = null;
      if (closing != null && closing.isValid(VALIDATION_SECONDS)) {
        Sql.list(closing, UNLOCK, row -> true);
      }
    } catch (SQLException e) {
      // the session is broken: PostgreSQL ends it, and its lock with it
    }
  }
}
