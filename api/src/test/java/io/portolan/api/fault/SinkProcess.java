package io.portolan.api.fault;

import io.portolan.core.Eventually;
import io.portolan.sender.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process of a {@link LoggingSink} on a host of a lab. Not thread-safe. */
final class SinkProcess implements AutoCloseable {
  private static final int PORT = 25;

  private final LabHost host;
  private final Path log;
  private final Path resets;
  private final long seed;
  private @Nullable Process process;

  SinkProcess(LabHost host, Path directory, long seed) {
    this.host = host;
    log = directory.resolve("sink.log");
    resets = directory.resolve("sink.resets");
    this.seed = seed;
  }

  LabHost host() {
    return host;
  }

  Path log() {
    return log;
  }

  void start() throws IOException {
    Process started =
        new ProcessBuilder(
                host.command(
                    List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoggingSink.class.getName(),
                        host.address().getHostAddress(),
                        Integer.toString(PORT),
                        log.toString(),
                        resets.toString(),
                        Long.toString(seed))))
            .inheritIO()
            .start();
    process = started;
    Eventually.holds("the sink listens", () -> !started.isAlive() || listens());
  }

  /** Resets so many of a thousand messages' connections from now on. */
  void resets(int permille) {
    try {
      Files.writeString(resets, Integer.toString(permille));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    kill();
  }

  private boolean listens() {
    try (Socket socket = host.dial(host.address(), PORT)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false; // not yet
    }
  }
}
