package io.portolan.scheduler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.quartz.utils.ConnectionProvider;

/**
 * Connections for Quartz out of the common pool, for jobs a few at a time. Hundreds of jobs that
 * end together queue for Quartz's lock row; without the limit each would hold a connection while it
 * waits. Quartz's own few threads do not queue with them: a node whose sign of life waits is taken
 * for dead.
 *
 * <p>Thread-safe.
 */
final class LimitedConnections implements ConnectionProvider {
  // what Quartz does to a connection that broke, and would report as further errors
  private static final Set<String> TIDYING = Set.of("rollback", "setAutoCommit");
  private static final int LIMIT = 3;
  private static final long TIMEOUT_SECONDS = 30;

  private final DataSource pool;
  private final Semaphore free = new Semaphore(LIMIT, true);

  LimitedConnections(DataSource pool) {
    this.pool = pool;
  }

  @Override
  public Connection getConnection() throws SQLException {
    // jobs run on virtual threads, Quartz itself on threads of the system
    return Thread.currentThread().isVirtual() ? limited() : tidy(pool.getConnection(), () -> {});
  }

  private Connection limited() throws SQLException {
    try {
      if (!free.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new SQLException(
            "no connection for Quartz within " + TIMEOUT_SECONDS + " s", "08001");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", "57014", e);
    }
    boolean handedOut = false;
    try {
      Connection connection = tidy(pool.getConnection(), free::release);
      handedOut = true;
      return connection;
    } finally {
      if (!handedOut) {
        free.release();
      }
    }
  }

  @Override
  public void initialize() {}

  /** Leaves the pool open, which belongs to the database. */
  @Override
  public void shutdown() {}

  private static Connection tidy(Connection connection, Runnable afterClose) {
    AtomicBoolean released = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, arguments) -> {
              String name = method.getName();
              if (TIDYING.contains(name) && connection.isClosed()) {
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (name.equals("close") && released.compareAndSet(false, true)) {
                  afterClose.run();
                }
              }
            });
  }
}
