package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** One import under way. Not thread-safe. */
final class ImportRun {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final String ADVICE =
      " The rows counted here are imported; import the file again for the others.";

  private final Database database;
  private final InstantSource clock;
  private final Duration patience;
  private final ImportLease lease;
  private ImportJob job;

  ImportRun(
      Database database, InstantSource clock, Duration patience, ImportLease lease, ImportJob job) {
    this.database = database;
    this.clock = clock;
    this.patience = patience;
    this.lease = lease;
    this.job = job;
  }

  /** Imports all rows and returns the record, finished or failed. */
  ImportJob read(CsvRows rows, CsvHeader header, Consumer<ImportJob> listener) {
    try {
      listener.accept(job);
      importAll(rows, header, listener);
      return patiently(connection -> end(connection, ImportState.FINISHED, Optional.empty()));
    } catch (IOException e) {
      return failed("The file could not be read any further: " + e.getMessage() + ".", e);
    } catch (DatabaseException e) {
      return failed(e.getMessage() + ".", e);
    } catch (ConflictException e) {
      throw e; // ended elsewhere: the record says why
    } catch (RuntimeException | Error e) {
      failed("Something went wrong that should not: " + e + ".", e);
      throw e;
    }
  }

  /** Writes each group while the next one is being read. */
  private void importAll(CsvRows rows, CsvHeader header, Consumer<ImportJob> listener)
      throws IOException {
    try (ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ImportChunk> next = reader.submit(() -> ImportChunk.read(rows, header, 0));
      boolean more = true;
      while (more) {
        ImportChunk chunk = await(next);
        more = !chunk.isLast();
        if (more) {
          next = reader.submit(() -> ImportChunk.read(rows, header, chunk.bytesAfter()));
        }
        try {
          write(chunk);
          listener.accept(job);
        } catch (RuntimeException | Error e) {
          reader.shutdownNow(); // the stream may never deliver what is being read
          throw e;
        }
      }
    }
  }

  private static ImportChunk await(Future<ImportChunk> chunk) throws IOException {
    try {
      return chunk.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the import was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("reading rows failed", e.getCause());
    }
  }

  private void write(ImportChunk chunk) {
    job = patiently(connection -> ImportWriter.write(connection, job.id(), chunk));
  }

  /** Does work in a transaction, again and again while the database is away. */
  private <T> T patiently(Database.Work<T> work) {
    long start = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        lease.hold(job.id());
        return database.inTransaction(work);
      } catch (DatabaseException e) {
        if (!e.isConnectionFailure() || System.nanoTime() - start > patience.toNanos()) {
          throw e;
        }
        sleep(pause, e);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private static void sleep(Duration pause, DatabaseException cause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cause;
    }
  }

  private ImportJob failed(String reason, Throwable cause) {
    // a thread that is to end gets no connection; the record is written all the same
    boolean interrupted = Thread.interrupted();
    try {
      return database.inTransaction(
          connection -> end(connection, ImportState.FAILED, Optional.of(reason + ADVICE)));
    } catch (DatabaseException e) {
      e.addSuppressed(cause);
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ImportJob end(Connection connection, ImportState state, Optional<String> error)
      throws SQLException {
    return ImportWriter.end(connection, job.id(), state, error, clock.instant());
  }
}
