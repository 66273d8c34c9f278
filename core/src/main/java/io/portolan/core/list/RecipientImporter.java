package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.Problems;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Imports recipients from CSV files. Thread-safe.
 *
 * <p>The file streams through in groups of up to 10,000 rows, of which two are written at once.
 * Each is brought into the list in one transaction together with the counts, in the order of the
 * file, so what is counted is imported, whatever happens afterwards. Memory is bounded. Importing
 * the same file again changes nothing, and writes to nobody.
 *
 * <p>Every column but the address becomes an attribute, as text; an empty cell is an attribute that
 * is not there. A recipient who is on the list gets the attributes of the file in place of his own.
 * Of several rows with one address the first counts. A row that is not right is kept with its line
 * and the reason, and the import goes on.
 */
public final class RecipientImporter {
  /** How long an import waits for a database that is away. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int LONGEST_NAME = 500;

  // each takes three connections of the pool
  private static final int MOST_AT_ONCE = 2;

  private final Database database;
  private final InstantSource clock;
  private final Duration patience;
  private final Semaphore free = new Semaphore(MOST_AT_ONCE);

  /**
   * @param patience how long to wait for a database that is away, such as {@link #PATIENCE}
   */
  public RecipientImporter(Database database, InstantSource clock, Duration patience) {
    this.database = database;
    this.clock = clock;
    this.patience = patience;
  }

  /**
   * Reads the header of a file alone, to show what an import would make of it.
   *
   * @throws io.portolan.core.InvalidException if the file cannot be imported as a whole
   */
  public static CsvHeader readHeader(InputStream csv, ImportOptions options) throws IOException {
    return CsvHeader.read(new CsvRows(csv), options);
  }

  /** One of the few imports that may run at once. Thread-safe; closing it twice is as once. */
  public final class Place implements AutoCloseable {
    private final AtomicBoolean taken = new AtomicBoolean(true);

    private Place() {}

    @Override
    public void close() {
      if (taken.compareAndSet(true, false)) {
        free.release();
      }
    }
  }

  /**
   * Takes a place for an import, such as before a file is received.
   *
   * @throws ConflictException if as many imports as may are running
   */
  public Place reserve() {
    if (!free.tryAcquire()) {
      throw new ConflictException(
          MOST_AT_ONCE + " imports are running already; wait until one of them has finished.");
    }
    return new Place();
  }

  /**
   * Imports a file and returns when that is done. The stream is best a file: while it does not
   * deliver, the import waits.
   *
   * @param listener told of the record when it is made and after each group of rows, on this thread
   * @return the record, finished or failed
   * @throws io.portolan.core.InvalidException if the file cannot be imported as a whole; nothing of
   *     it was, and there is no record
   * @throws io.portolan.core.NotFoundException if there is no such list
   * @throws ConflictException if as many imports as may are running
   * @throws DatabaseException if the database stays away and not even the failure can be recorded
   */
  public ImportJob run(ImportRequest request, InputStream csv, Consumer<ImportJob> listener)
      throws IOException {
    try (Place place = reserve()) {
      return run(place, request, csv, listener);
    }
  }

  /**
   * Imports a file in a place that was taken before, and leaves the place taken; else like {@link
   * #run(ImportRequest, InputStream, Consumer)}.
   */
  public ImportJob run(
      Place place, ImportRequest request, InputStream csv, Consumer<ImportJob> listener)
      throws IOException {
    if (!place.taken.get()) {
      throw new IllegalStateException("the place was given back");
    }
    Problems problems = new Problems();
    problems.checkName("fileName", request.fileName(), LONGEST_NAME);
    problems.throwIfAny("The import is not right");
    try (ImportLease lease = new ImportLease(database)) {
      CsvRows rows = new CsvRows(csv);
      CsvHeader header = CsvHeader.read(rows, request.options());
      ImportJob job = lease.begin(request, clock.instant());
      return new ImportRun(database, clock, patience, lease, job).read(rows, header, listener);
    }
  }
}
