package io.portolan.api.application;

import io.portolan.core.database.DatabaseSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of Portolan's own, with its data in a directory that outlives it. One process has a
 * directory at a time; a server that a killed process left running over it is stopped first.
 *
 * <p>Neither a Ctrl-C on the terminal nor the end of this process stops the server before it is
 * closed here, so that what is in hand is recorded first.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final int CONNECTIONS_BESIDE_POOL = 10;
  private static final int CONNECTIONS_OF_GUEST = 4;
  private static final int PORT_LINE = 3; // of postmaster.pid, counted from 0

  private final EmbeddedPostgres server;
  private final Path directory;
  private final FileChannel lock;

  private EmbeddedDatabase(EmbeddedPostgres server, Path directory, FileChannel lock) {
    this.server = server;
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Starts a server.
   *
   * @param poolSize connections that will be wanted
   * @throws IOException if it does not start, or another process has the directory; the message
   *     says why
   */
  public static EmbeddedDatabase start(Path directory, int poolSize) throws IOException {
    Files.createDirectories(directory);
    FileChannel lock = lock(directory);
    try {
      stopLeftOver(directory);
      return new EmbeddedDatabase(server(directory, poolSize), directory, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * How to reach the server that another process runs over a directory; empty if none does.
   *
   * @throws IOException if the directory cannot be read
   */
  public static Optional<DatabaseSettings> running(Path directory, Duration connectionTimeout)
      throws IOException {
    Optional<ProcessHandle> process = postmaster(directory);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(pidFile(directory));
    return lines.size() <= PORT_LINE
        ? Optional.empty()
        : Optional.of(
            new DatabaseSettings(
                "jdbc:postgresql://localhost:" + lines.get(PORT_LINE).strip() + "/postgres",
                "postgres",
                "",
                CONNECTIONS_OF_GUEST,
                connectionTimeout));
  }

  public DatabaseSettings settings(int poolSize, Duration connectionTimeout) {
    return new DatabaseSettings(
        server.getJdbcUrl("postgres", "postgres"), "postgres", "", poolSize, connectionTimeout);
  }

  @Override
  public void close() {
    try (lock) {
      Optional<ProcessHandle> process = postmaster(directory);
      server.close();
      // the library waits some seconds only; the last checkpoint of a large campaign takes longer
      if (process.isPresent()) {
        awaitEnd(process.get());
      }
    } catch (IOException e) {
      log.warn("The embedded database did not stop cleanly; it recovers at the next start", e);
    }
  }

  private static EmbeddedPostgres server(Path directory, int poolSize) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(directory)
        .setCleanDataDirectory(false)
        // it would stop the server while results are still being written to it
        .setRegisterShutdownHook(false)
        .setPGStartupWait(START)
        // the library turns it off; a result must be durable when it is called recorded
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("max_connections", Integer.toString(poolSize + CONNECTIONS_BESIDE_POOL))
        .setServerConfig("shared_buffers", "256MB")
        .setServerConfig("max_wal_size", "2GB")
        .setServerConfig("listen_addresses", "127.0.0.1")
        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static FileChannel lock(Path directory) throws IOException {
    // beside the directory, which has to be empty when the server first writes to it
    Path file = directory.resolveSibling(directory.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this process itself: as taken as by another
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException(
        "another Portolan is running on this directory. Stop it, or give this one another"
            + " database.directory");
  }

  private static void stopLeftOver(Path directory) throws IOException {
    Optional<ProcessHandle> process = postmaster(directory);
    if (process.isEmpty()) {
      forgetStale(directory);
      return;
    }
    log.info(
        "Stopping the database server {} that an earlier run left behind", process.get().pid());
    stopFast(process.get());
    awaitEnd(process.get());
  }

  /**
   * Deletes the file of a server that is gone with all its processes. A new one would not start
   * while any process has the number in it, as is likely in a container.
   */
  private static void forgetStale(Path directory) throws IOException {
    Path pidFile = pidFile(directory);
    if (Files.exists(pidFile)
        && ProcessHandle.allProcesses().noneMatch(process -> worksIn(directory, process))) {
      Files.delete(pidFile);
      log.info("{} was left by a server that is gone, and is deleted", pidFile);
    }
  }

  private static void awaitEnd(ProcessHandle process) throws IOException {
    try {
      process.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a database server was being stopped", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "the database server "
              + process.pid()
              + " still uses it. Stop that process and start again",
          e);
    }
  }

  /** The server that runs over a directory, whoever started it. */
  static Optional<ProcessHandle> postmaster(Path directory) throws IOException {
    Path pidFile = pidFile(directory);
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,9}")) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
        .filter(
            handle ->
                handle.info().command().map(command -> command.endsWith("postgres")).orElse(false))
        .filter(handle -> worksIn(directory, handle));
  }

  /**
   * Whether a process works in a directory, as a server and all its processes do in that of their
   * data: a number that a crash left in the file may be that of anything else by now. Where the
   * system does not tell, it is believed; of another user's process it does not.
   */
  private static boolean worksIn(Path directory, ProcessHandle process) {
    Path current = Path.of("/proc", Long.toString(process.pid()), "cwd");
    try {
      return Files.isSameFile(current, directory);
    } catch (IOException e) {
      return !Files.exists(Path.of("/proc/self"));
    }
  }

  private static Path pidFile(Path directory) {
    return directory.resolve("postmaster.pid");
  }

  /**
   * Asks a server to stop without waiting for its clients, who may be anybody: SIGINT is "fast",
   * SIGTERM would be "smart".
   */
  private static void stopFast(ProcessHandle server) throws IOException {
    new ProcessBuilder("sh", "-c", "kill -INT " + server.pid())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
