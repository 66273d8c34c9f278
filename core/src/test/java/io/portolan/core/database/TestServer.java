package io.portolan.core.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The PostgreSQL that the tests of one JVM share: the one whose URL is in {@code
 * PORTOLAN_TEST_JDBC_URL}, or a container of the image named by {@code
 * PORTOLAN_TEST_POSTGRES_IMAGE}, or else an embedded one. Started when first asked for, stopped
 * with the JVM.
 *
 * <p>Thread-safe.
 */
final class TestServer {
  /** Where the server comes from. */
  enum Origin {
    GIVEN,
    CONTAINER,
    EMBEDDED
  }

  private static final Pattern URL = Pattern.compile("(jdbc:postgresql:(?://[^/?]*/)?)([^?]*)(.*)");

  private final Origin origin;
  private final String url;
  private final String prefix = "portolan_test_" + randomHex() + "_";
  private final AtomicInteger databases = new AtomicInteger();
  private final String template;

  private TestServer(Origin origin, String url) {
    this.origin = origin;
    this.url = url;
    template = prefix + "template";
    administer("CREATE DATABASE " + template);
    Database.open(settings(template)).close();
    if (origin == Origin.GIVEN) {
      // the others end with all that is in them
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> drop(template), "drop the template database"));
    }
  }

  /** Starts the server if no test of this JVM has asked for it before. */
  static TestServer get() {
    return Holder.SERVER;
  }

  Origin origin() {
    return origin;
  }

  /** Makes a database that holds what the migrations made, and returns its name. */
  String createDatabase() {
    String name = prefix + databases.incrementAndGet();
    administer("CREATE DATABASE " + name + " TEMPLATE " + template);
    return name;
  }

  /** Drops a database and ends who is still connected to it. */
  void drop(String name) {
    administer("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  DatabaseSettings settings(String name) {
    return new DatabaseSettings(url(name), "", "", 10, Duration.ofSeconds(10));
  }

  /** A connection outside any pool. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  private String url(String name) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a PostgreSQL JDBC URL: " + url);
    }
    return parts.group(1) + name + parts.group(3);
  }

  // DDL takes no parameters; every name comes from this class
  private void administer(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static String randomHex() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 8);
  }

  private static TestServer start() {
    String given = System.getenv("PORTOLAN_TEST_JDBC_URL");
    if (given != null && !given.isEmpty()) {
      return new TestServer(Origin.GIVEN, given);
    }
    String image = System.getenv("PORTOLAN_TEST_POSTGRES_IMAGE");
    if (image != null && !image.isEmpty()) {
      return new TestServer(Origin.CONTAINER, startContainer(image));
    }
    return new TestServer(Origin.EMBEDDED, startEmbedded());
  }

  @SuppressWarnings("resource") // the container lives as long as the JVM
  private static String startContainer(String image) {
    PostgreSQLContainer container =
        new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
            .withCommand("postgres", "-c", "max_connections=300");
    container.start();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(container::stop, "stop the PostgreSQL container"));
    return container.getJdbcUrl()
        + "&user="
        + container.getUsername()
        + "&password="
        + container.getPassword();
  }

  @SuppressWarnings("resource") // stopped by the library's own shutdown hook
  private static String startEmbedded() {
    try {
      // the library turns synchronous_commit off, which would hide what a commit costs and
      // promises;
      // without fsync only a crash of the machine loses data, and tests do not live that long
      return EmbeddedPostgres.builder()
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("fsync", "off")
          .setServerConfig("max_connections", "300")
          .start()
          .getJdbcUrl("postgres", "postgres");
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded PostgreSQL did not start", e);
    }
  }

  private static final class Holder {
    static final TestServer SERVER;

    static {
      try {
        SessionZoneDriver.install();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      SERVER = start();
    }
  }
}
