package io.portolan.api.application;

import io.portolan.core.database.DatabaseSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that runs as a child of this process, with its data in a directory that outlives it.
 * A server that an earlier process left running over the same directory is stopped first.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final int CONNECTIONS_BESIDE_POOL = 10;

  private final EmbeddedPostgres server;

  private EmbeddedDatabase(EmbeddedPostgres server) {
    this.server = server;
  }

  /**
   * Starts a server.
   *
   * @param poolSize connections that will be wanted
   * @throws IOException if it does not start; the message says why
   */
  public static EmbeddedDatabase start(Path directory, int poolSize) throws IOException {
    Files.createDirectories(directory);
    stopLeftOver(directory);
    return new EmbeddedDatabase(
        EmbeddedPostgres.builder()
            .setDataDirectory(directory)
            .setCleanDataDirectory(false)
            .setPGStartupWait(START)
            // the library turns it off; a result must be durable when it is called recorded
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig(
                "max_connections", Integer.toString(poolSize + CONNECTIONS_BESIDE_POOL))
            .setServerConfig("shared_buffers", "256MB")
            .setServerConfig("max_wal_size", "2GB")
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  public DatabaseSettings settings(int poolSize, Duration connectionTimeout) {
    return new DatabaseSettings(
        server.getJdbcUrl("postgres", "postgres"), "postgres", "", poolSize, connectionTimeout);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.warn("The embedded database did not stop cleanly; it recovers at the next start", e);
    }
  }

  private static void stopLeftOver(Path directory) throws IOException {
    Path pidFile = directory.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,9}")) {
      return;
    }
    Optional<ProcessHandle> process =
        ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
            .filter(
                handle ->
                    handle
                        .info()
                        .command()
                        .map(command -> command.endsWith("postgres"))
                        .orElse(false));
    if (process.isEmpty()) {
      return;
    }
    log.info(
        "Stopping the database server {} that an earlier run left behind", process.get().pid());
    process.get().destroy();
    try {
      process.get().onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a database server was being stopped", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "The database server "
              + process.get().pid()
              + " still uses "
              + directory
              + ". Stop it and start again.",
          e);
    }
  }
}
