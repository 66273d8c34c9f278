package io.portolan.core.database;

import io.portolan.core.Eventually;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A lock, held on a connection of its own until it is let go, at which transactions stop. */
public final class Hold implements AutoCloseable {
  private static final String STOPPED =
      """
      SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'
      """;

  private final TestDatabase database;
  private final Connection connection;

  private Hold(TestDatabase database, String lock) throws SQLException {
    this.database = database;
    connection = database.database().dataSource().getConnection();
    connection.setAutoCommit(false);
    execute("SELECT pg_advisory_xact_lock(" + lock + ")");
  }

  /** Takes a lock that the code under test takes itself. */
  public static Hold of(TestDatabase database, String lock) throws SQLException {
    return new Hold(database, lock);
  }

  /** Takes a lock at which every transaction stops, at its commit, that changes such rows. */
  public static Hold ofCommits(TestDatabase database, String table, String condition)
      throws SQLException {
    database.execute(
        """
        CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(hashtext('hold')); RETURN NULL; END $$
        """);
    database.execute(
        """
        CREATE CONSTRAINT TRIGGER hold AFTER UPDATE ON %s DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (%s) EXECUTE FUNCTION hold()
        """
            .formatted(table, condition));
    return new Hold(database, "hashtext('hold')");
  }

  /** Starts work that is expected to stop, and returns once that many transactions have. */
  public <T> CompletableFuture<T> stops(int transactions, Supplier<T> work) {
    CompletableFuture<T> done =
        CompletableFuture.supplyAsync(work, Executors.newVirtualThreadPerTaskExecutor());
    Eventually.holds(
        transactions + " stopped", () -> database.number(STOPPED) == transactions || done.isDone());
    return done;
  }

  /** Lets go. */
  @Override
  public void close() throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
    connection.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
