package io.portolan.api.application;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a run that keeps nothing, such as a demo: closing it ends the database server
 * that still runs in it and every process of this one's that works in it or was told of it, and
 * deletes it. Other processes that this one has started are none of its business.
 *
 * <p>Thread-safe; closing twice does no harm.
 */
public final class TemporaryHome implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MOST_SWEEPS = 20;
  private static final Duration BETWEEN_SWEEPS = Duration.ofMillis(250);

  private final Path directory;

  private TemporaryHome(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the directory.
   *
   * @param what the run is, for the directory's name
   */
  public static TemporaryHome create(String what) throws IOException {
    return new TemporaryHome(Files.createTempDirectory("portolan-" + what + "-"));
  }

  public Path directory() {
    return directory;
  }

  /** Where the database server has its data. */
  public Path database() {
    return directory.resolve("postgres");
  }

  /** Where uploads stand while they are imported. */
  public Path uploads() {
    return directory.resolve("uploads");
  }

  /**
   * A server that was being started when the run was stopped may still be at it: sweeps until all
   * is quiet.
   */
  @Override
  public synchronized void close() {
    for (int sweep = 1; Files.exists(directory); sweep++) {
      endServer();
      ProcessHandle.current()
          .descendants()
          .filter(this::isOfThisHome)
          .forEach(ProcessHandle::destroyForcibly);
      try {
        delete();
      } catch (IOException e) {
        if (sweep == MOST_SWEEPS) {
          throw new UncheckedIOException("cannot delete " + directory, e);
        }
        pause();
      }
    }
  }

  private boolean isOfThisHome(ProcessHandle process) {
    if (process.info().commandLine().orElse("").contains(directory.toString())) {
      return true;
    }
    try {
      return Path.of("/proc", Long.toString(process.pid()), "cwd")
          .toRealPath()
          .startsWith(directory.toRealPath());
    } catch (IOException e) {
      return false; // it has ended meanwhile, or the system does not tell
    }
  }

  private void endServer() {
    Optional<ProcessHandle> server = server();
    server.ifPresent(
        process -> {
          process.destroy();
          if (!ended(process)) {
            process.destroyForcibly();
            ended(process);
          }
        });
  }

  /** The database server, while one runs. */
  public Optional<ProcessHandle> server() {
    try {
      return EmbeddedDatabase.postmaster(database());
    } catch (IOException e) {
      return Optional.empty(); // it has ended meanwhile
    }
  }

  private static boolean ended(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private void delete() throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // its server deleted it first
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_SWEEPS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
