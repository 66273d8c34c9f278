package io.portolan.api.system;

import io.portolan.core.Eventually;
import io.portolan.sender.lab.Commands;
import io.portolan.sender.lab.LabHost;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server on a host of a lab, which can be stopped, crashed and started again. */
public final class PostgresServer implements AutoCloseable {
  private static final int PORT = 5433;
  private static final int LIMIT_SECONDS = 60;

  private final LabHost host;
  private final Path data;
  private final String program;
  private final String outsideUrl;
  private @Nullable Process process;
  private @Nullable Path lastLog;

  private PostgresServer(LabHost host, Path data, String program, String outsideUrl) {
    this.host = host;
    this.data = data;
    this.program = program;
    this.outsideUrl = outsideUrl;
  }

  /** Makes a cluster in a directory; it is not started yet. */
  public static PostgresServer create(LabHost host, Path data) throws IOException {
    try (EmbeddedPostgres maker =
        EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start()) {
      if (maker.getPort() == 0) {
        throw new IllegalStateException("no server came of it");
      }
      Files.writeString(
          data.resolve("pg_hba.conf"),
          "host all all 198.51.100.0/24 trust\n", // the hosts of a lab
          StandardOpenOption.APPEND);
      long pid =
          Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
      return new PostgresServer(
          host,
          data,
          ProcessHandle.of(pid).flatMap(it -> it.info().command()).orElseThrow(),
          "jdbc:postgresql://127.0.0.1:"
              + host.fromOutside(PORT).getPort()
              + "/postgres?user=postgres");
    }
  }

  /** The host on which it runs. */
  public LabHost host() {
    return host;
  }

  /** The URL on its host. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + PORT + "/postgres";
  }

  /** The URL on the other hosts of the lab. */
  public String labUrl() {
    return "jdbc:postgresql://" + host.address().getHostAddress() + ":" + PORT + "/postgres";
  }

  /** The URL for the test. */
  public String outsideUrl() {
    return outsideUrl;
  }

  public void start() throws IOException {
    Path log = Files.createTempFile(data.toAbsolutePath().getParent(), "postgres-", ".log");
    lastLog = log;
    Process started =
        new ProcessBuilder(
                host.command(
                    List.of(
                        "unshare", // PostgreSQL does not run as root, and need not know that it
                        // does
                        "-U",
                        program,
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(PORT),
                        "-c",
                        "listen_addresses=127.0.0.1," + host.address().getHostAddress(),
                        "-c",
                        "max_wal_size=64MB",
                        "-c",
                        "unix_socket_directories=")))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    process = started;
    Eventually.holds("PostgreSQL answers, see " + log, () -> !started.isAlive() || answers());
    if (!started.isAlive()) {
      throw new AssertionError("PostgreSQL does not start: " + Files.readString(log));
    }
  }

  /** The CPU time of the processes of which it is made now. */
  public Duration cpu() {
    return Stream.concat(Stream.of(running().toHandle()), running().descendants())
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Stops it as {@code pg_ctl stop -m immediate} does: at once, without writing anything more. */
  public void stopAtOnce() throws IOException {
    Commands.run(List.of("sh", "-c", "kill -QUIT " + running().pid()));
    awaitEnd();
  }

  /** What it has said since its last start. */
  public String log() {
    try {
      return lastLog == null ? "" : Files.readString(lastLog);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it runs; a full disk may have ended it. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Stops it as an administrator does who will not wait: its sessions are ended. */
  public void stop() throws IOException {
    Commands.run(List.of("sh", "-c", "kill -INT " + running().pid()));
    awaitEnd();
  }

  /** Kills it and everything of it. */
  public void crash() {
    List<ProcessHandle> family = running().descendants().toList();
    running().destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
    awaitEnd();
    Eventually.holds("all of it is gone", () -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      crash();
    }
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }

  private void awaitEnd() {
    try {
      if (!running().waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("PostgreSQL does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean answers() {
    try (Connection connection = DriverManager.getConnection(outsideUrl)) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false; // not there yet, or still recovering
    }
  }
}
