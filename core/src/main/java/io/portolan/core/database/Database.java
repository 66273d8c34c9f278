package io.portolan.core.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL that holds everything. Hands out connections from a pool, runs work in
 * transactions and brings the schema up to date.
 *
 * <p>No wait is without end: a statement takes two minutes at most, a lock one, and a server that
 * says nothing for longer is taken for lost.
 *
 * <p>Thread-safe. A semaphore as large as the pool queues callers, so that thousands of virtual
 * threads wait parked instead of crowding the pool.
 */
public final class Database implements AutoCloseable {
  private static final int MAX_RUNS = 5;
  private static final String ANYBODY = "portolan";

  // longer than the statements may take, so that a server that lives speaks first
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(150);

  // a node that is frozen in the middle of a transaction holds its locks, Quartz's among them, no
  // longer than others wait for its sign of life. The keepalive lets the server notice within a
  // minute or so that a node is gone, with what it held locked. Statements over thousands of rows
  // look dear to the planner, and JIT would compile them anew each time, for longer than they run
  private static final String SESSION =
      "SET statement_timeout = '120s'; SET lock_timeout = '60s'; SET jit = off;"
          + " SET idle_in_transaction_session_timeout = '5s';"
          + " SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;"
          + " SET tcp_keepalives_count = 3";

  private final HikariDataSource pool;
  private final Semaphore free;
  private final long timeoutMillis;

  /** Work on a connection whose statements succeed or fail together. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Work without a result. */
  @FunctionalInterface
  public interface Action {
    void run(Connection connection) throws SQLException;
  }

  private Database(HikariDataSource pool, DatabaseSettings settings) {
    this.pool = pool;
    free = new Semaphore(settings.poolSize(), true);
    timeoutMillis = settings.connectionTimeout().toMillis();
  }

  /**
   * Connects and migrates the schema, for somebody who is no node of the cluster.
   *
   * @throws DatabaseException if the server cannot be reached, is older than PostgreSQL 15, holds
   *     the schema of a later version, or refuses the migration; nothing stays open
   */
  public static Database open(DatabaseSettings settings) {
    return open(settings, ANYBODY);
  }

  /**
   * Connects and migrates the schema, for a node, whose name its connections bear: see {@link
   * NodeConnections}.
   *
   * @param node its name in the cluster
   * @throws DatabaseException as {@link #open(DatabaseSettings)}
   */
  public static Database openFor(String node, DatabaseSettings settings) {
    return open(settings, NodeConnections.name(node));
  }

  private static Database open(DatabaseSettings settings, String application) {
    Database database = connect(settings, settings.poolSize(), application);
    try {
      database.requireVersion(15);
      Flyway.configure()
          // connections of its own: a migration may take longer than any other statement
          .dataSource(settings.jdbcUrl(), orNull(settings.username()), orNull(settings.password()))
          .locations("classpath:db/migration")
          .validateMigrationNaming(true)
          // a migration that this version does not know was made by a later one
          .ignoreMigrationPatterns(new String[0])
          .load()
          .migrate();
    } catch (FlywayException e) {
      database.close();
      throw new DatabaseException("The schema could not be brought up to date", sqlCause(e));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    return database;
  }

  /**
   * Connects to a database whose schema is known to be up to date.
   *
   * @param idle connections that the pool keeps open though nobody uses them
   */
  static Database connect(DatabaseSettings settings, int idle) {
    return connect(settings, idle, ANYBODY);
  }

  private static Database connect(DatabaseSettings settings, int idle, String application) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("portolan");
    config.setJdbcUrl(settings.jdbcUrl());
    if (!settings.username().isEmpty()) {
      config.setUsername(settings.username());
    }
    if (!settings.password().isEmpty()) {
      config.setPassword(settings.password());
    }
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(idle);
    config.setConnectionTimeout(settings.connectionTimeout().toMillis());
    config.setInitializationFailTimeout(settings.connectionTimeout().toMillis());
    config.setAutoCommit(true);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("socketTimeout", Long.toString(LONGEST_SILENCE.toSeconds()));
    config.setConnectionInitSql(SESSION);
    config.addDataSourceProperty("ApplicationName", application);
    try {
      return new Database(new HikariDataSource(config), settings);
    } catch (RuntimeException e) {
      throw new DatabaseException(
          "The database at " + settings.jdbcUrl() + " cannot be reached", sqlCause(e));
    }
  }

  /**
   * Runs work in one transaction and commits it. Work may run twice: after a serialization failure
   * or a deadlock it is rolled back and run again, up to five times.
   */
  public <T> T inTransaction(Work<T> work) {
    for (int run = 1; ; run++) {
      try {
        return borrow(connection -> commit(connection, work));
      } catch (DatabaseException e) {
        boolean again = e.sqlState().equals("40001") || e.sqlState().equals("40P01");
        if (!again || run == MAX_RUNS) {
          throw e;
        }
      }
    }
  }

  /** Runs work without a result in one transaction; see {@link #inTransaction(Work)}. */
  public void execute(Action action) {
    inTransaction(
        connection -> {
          action.run(connection);
          return true;
        });
  }

  /** Runs reading work, each statement for itself. */
  public <T> T read(Work<T> work) {
    return borrow(work);
  }

  /**
   * The same, and fails when the server has been silent for so long, as after a network was cut:
   * for small statements on whose answer much waits. The connection is given up then.
   */
  public <T> T readWithin(Duration silence, Work<T> work) {
    return borrow(
        connection -> {
          // reset by the pool when the connection goes back
          connection.setNetworkTimeout(Runnable::run, Math.toIntExact(silence.toMillis()));
          return work.run(connection);
        });
  }

  /** The pool itself, for libraries that manage their own transactions. */
  public DataSource dataSource() {
    return pool;
  }

  /** Connections that are out of the pool at this moment. */
  public int connectionsInUse() {
    return pool.getHikariPoolMXBean().getActiveConnections();
  }

  @Override
  public void close() {
    pool.close();
  }

  private <T> T borrow(Work<T> work) {
    try {
      if (!free.tryAcquire(timeoutMillis, TimeUnit.MILLISECONDS)) {
        throw new DatabaseException("The database is busy", new SQLException("no free connection"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("Interrupted", new SQLException("interrupted", "57014", e));
    }
    try (Connection connection = pool.getConnection()) {
      return work.run(connection);
    } catch (SQLException e) {
      throw new DatabaseException("The database refused a statement", e);
    } finally {
      free.release();
    }
  }

  private static <T> T commit(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      T result = work.run(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      rollback(connection, e);
      throw e;
    } finally {
      restoreAutoCommit(connection);
    }
  }

  private static void rollback(Connection connection, Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void restoreAutoCommit(Connection connection) throws SQLException {
    if (!connection.isClosed()) {
      connection.setAutoCommit(true);
    }
  }

  private void requireVersion(int major) {
    int found = read(connection -> connection.getMetaData().getDatabaseMajorVersion());
    if (found < major) {
      throw new DatabaseException(
          "Portolan needs PostgreSQL " + major + " or later, this server is version " + found,
          new SQLException("server too old", "0A000"));
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static SQLException sqlCause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException found) {
        return found;
      }
    }
    return new SQLException(String.valueOf(failure.getMessage()), failure);
  }
}
