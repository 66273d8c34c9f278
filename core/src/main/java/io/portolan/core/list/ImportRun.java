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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** One import under way. Not thread-safe. */
final class ImportRun {
  /*
   * Groups of rows are written two at once, each in a transaction of its own, and counted in the
   * order of the file: the second waits for the first within PostgreSQL, when all its rows are
   * written. So PostgreSQL works on both while its answers, and the disk, are waited for, and what
   * is counted is imported. Two at once have no address in common, or one would wait for the
   * other's row, which waits for its turn.
   */
  private static final int AT_ONCE = 2;

  // 16 bytes each, and twice that for room: 64 million recipients in a row, or a million with none
  // nearby; what is under way is added when it is full
  private static final int MOST_MET = (1 << 20) - 3 * ImportChunk.MOST_ROWS;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final String ADVICE =
      " The rows counted here are imported; import the file again for the others.";

  private final Database database;
  private final InstantSource clock;
  private final Duration patience;
  private final ImportLease lease;
  private final MetRecipients met = new MetRecipients(MOST_MET);
  private final Deque<Writing> writing = new ArrayDeque<>();
  private ImportJob job;

  /**
   * A group being written.
   *
   * @param begun done when the next may begin
   */
  private record Writing(Future<ImportWriter.Written> result, CompletableFuture<Void> begun) {}

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

  /** Writes groups while the next one is being read. */
  private void importAll(CsvRows rows, CsvHeader header, Consumer<ImportJob> listener)
      throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ImportChunk> next = threads.submit(() -> ImportChunk.first(rows, header, job));
      try {
        boolean more = true;
        while (more) {
          ImportChunk chunk = await(next);
          more = !chunk.isLast();
          if (more) {
            next = threads.submit(() -> chunk.next(rows));
          }
          if (writing.size() == AT_ONCE) {
            finishFirst(listener);
          }
          write(threads, chunk);
        }
        while (!writing.isEmpty()) {
          finishFirst(listener);
        }
      } finally {
        next.cancel(true); // the stream may never deliver what is being read
      }
    }
  }

  private void finishFirst(Consumer<ImportJob> listener) throws IOException {
    ImportWriter.Written written = await(writing.remove().result());
    met.addAll(written.met());
    job = written.job();
    listener.accept(job);
  }

  private void write(ExecutorService threads, ImportChunk chunk) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the import was interrupted");
    }
    Optional<Writing> before = Optional.ofNullable(writing.peekLast());
    CompletableFuture<Void> begun = new CompletableFuture<>();
    writing.add(new Writing(threads.submit(() -> write(chunk, before, begun)), begun));
  }

  private ImportWriter.Written write(
      ImportChunk chunk, Optional<Writing> before, CompletableFuture<Void> begun)
      throws IOException {
    try {
      before.ifPresent(writing -> writing.begun().join());
      try {
        return written(chunk, begun);
      } catch (OutOfTurnException e) {
        await(before.orElseThrow(() -> e).result());
        return written(chunk, begun);
      }
    } finally {
      begun.complete(null);
    }
  }

  private ImportWriter.Written written(ImportChunk chunk, CompletableFuture<Void> begun) {
    return patiently(
        connection -> ImportWriter.write(connection, chunk, met, () -> begun.complete(null)));
  }

  private static <T> T await(Future<T> result) throws IOException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the import was interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Does work in a transaction, again and again while the database is away or another is faster.
   */
  private <T> T patiently(Database.Work<T> work) {
    long start = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        lease.hold(job.id());
        return database.inTransaction(work);
      } catch (DatabaseException e) {
        // a recipient may have been added by another since we looked
        boolean mayPass = e.mayPass() || e.isUniqueViolation();
        if (!mayPass || System.nanoTime() - start > patience.toNanos()) {
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
