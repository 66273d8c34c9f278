package io.portolan.core.database;

import java.time.Duration;

/**
 * How to reach PostgreSQL.
 *
 * @param jdbcUrl such as {@code jdbc:postgresql://localhost:5432/portolan}
 * @param username may be empty where the URL or the server's rules say who connects
 * @param password may be empty
 * @param poolSize connections in the pool, at least 4
 * @param connectionTimeout how long a caller waits for a free connection
 */
public record DatabaseSettings(
    String jdbcUrl, String username, String password, int poolSize, Duration connectionTimeout) {
  public DatabaseSettings {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("not a PostgreSQL JDBC URL: " + jdbcUrl);
    }
    if (poolSize < 4) {
      throw new IllegalArgumentException("poolSize must be at least 4, not " + poolSize);
    }
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return "DatabaseSettings[" + jdbcUrl + ", " + username + ", poolSize " + poolSize + "]";
  }
}
