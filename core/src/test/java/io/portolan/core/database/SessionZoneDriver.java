package io.portolan.core.database;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL driver, but with sessions half an hour off every full hour. PostgreSQL's driver
 * gives a session the time zone of the JVM, so that code which takes the two for the same would
 * pass every test.
 */
final class SessionZoneDriver implements Driver {
  static final String ZONE = "Asia/Kolkata";
  private static final String SET_ZONE = "SET TIME ZONE 'Asia/Kolkata'";

  private final Driver driver = new org.postgresql.Driver();

  /** Puts this driver in the place of PostgreSQL's for the rest of the JVM's life. */
  static void install() throws SQLException {
    if (org.postgresql.Driver.isRegistered()) {
      org.postgresql.Driver.deregister();
      DriverManager.registerDriver(new SessionZoneDriver());
    }
  }

  @Override
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    Connection connection = driver.connect(url, info);
    if (connection == null) {
      return null;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(SET_ZONE);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  @Override
  public boolean acceptsURL(String url) throws SQLException {
    return driver.acceptsURL(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    return driver.getPropertyInfo(url, info);
  }

  @Override
  public int getMajorVersion() {
    return driver.getMajorVersion();
  }

  @Override
  public int getMinorVersion() {
    return driver.getMinorVersion();
  }

  @Override
  public boolean jdbcCompliant() {
    return driver.jdbcCompliant();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("org.postgresql");
  }
}
