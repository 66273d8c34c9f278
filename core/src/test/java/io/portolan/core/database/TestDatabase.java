package io.portolan.core.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh, migrated database of the real PostgreSQL. As a static {@code @RegisterExtension} it
 * lives as long as the test class, as an instance one as long as the test; elsewhere it is closed
 * by hand.
 *
 * <p>Closing fails if anybody still holds a connection: a leak is a failed test. Sessions run in a
 * time zone that is neither the JVM's nor UTC. See {@link TestServer} for where the server comes
 * from.
 */
public final class TestDatabase
    implements AutoCloseable, BeforeAllCallback, AfterAllCallback, AfterEachCallback {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final String CONNECTED =
      """
      SELECT format('%s, %s: %s', application_name, state, query)
        FROM pg_stat_activity
       WHERE datname = ? AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      """;

  private static final String DISCONNECT_ALL =
      """
      SELECT pg_terminate_backend(pid)
        FROM pg_stat_activity
       WHERE datname = ? AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      """;

  private final TestServer server;
  private final String name;
  private final Database database;
  private boolean ofClass;
  private boolean closed;

  private TestDatabase(TestServer server) {
    this.server = server;
    name = server.createDatabase();
    database = Database.connect(server.settings(name), 1);
  }

  /** Makes a database; starts the server if it is the first of the JVM. */
  public static TestDatabase create() {
    return new TestDatabase(TestServer.get());
  }

  /** The pool on this database, closed with it. */
  public Database database() {
    return database;
  }

  /** How to reach this database, for a second pool: another node, or a whole application. */
  public DatabaseSettings settings() {
    return server.settings(name);
  }

  /** Runs one statement and returns how many rows it changed. */
  public int execute(String sql, Object... parameters) {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
          }
        });
  }

  /** The number in the first column of the first row. */
  public long number(String sql, Object... parameters) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = prepare(connection, sql, parameters);
              ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
              throw new AssertionError("no row: " + sql);
            }
            return rows.getLong(1);
          }
        });
  }

  /** The first column of every row as text; SQL null is {@code "null"}. */
  public List<String> texts(String sql, Object... parameters) {
    return database.read(connection -> texts(connection, sql, parameters));
  }

  /** Ends every session of this database, as a crash or an administrator would. */
  public void disconnectAll() {
    onServer(DISCONNECT_ALL);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    ofClass = true; // called for static fields alone
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!ofClass) {
      close();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<String> leaks = new ArrayList<>();
    if (!within(GRACE, () -> database.connectionsInUse() == 0)) {
      leaks.add(database.connectionsInUse() + " connections not given back to the pool");
    }
    database.close();
    if (!within(GRACE, () -> onServer(CONNECTED).isEmpty())) {
      leaks.addAll(onServer(CONNECTED));
    }
    server.drop(name);
    if (!leaks.isEmpty()) {
      throw new AssertionError("Connections left open: " + String.join("; ", leaks));
    }
  }

  private List<String> onServer(String sql) {
    try (Connection connection = server.connect()) {
      return texts(connection, sql, name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> texts(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(String.valueOf(rows.getString(1)));
      }
      return texts;
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private static boolean within(Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(10_000_000);
    }
    return true;
  }
}
