package io.portolan.core.list;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The {@code import_job} and {@code import_reject} tables, as they are read; {@link ImportWriter}
 * writes them. Thread-safe; holds no state.
 */
public final class ImportStore {
  private static final int PIECE = 1_000;

  private static final String FIND = "SELECT * FROM import_job WHERE id = ?";

  private static final String PAGE =
      "SELECT * FROM import_job WHERE list_id = ? AND id < ? ORDER BY id DESC LIMIT ?";

  private static final String REJECTS =
      "SELECT * FROM import_reject WHERE import_id = ? AND line > ? ORDER BY line LIMIT ?";

  // whoever runs an import holds its lock for as long as he lives (ImportLease)
  private static final String FAIL_ABANDONED =
      """
      UPDATE import_job
         SET state = 'failed', finished_at = ?,
             error = 'The process that ran it ended. The rows counted here are imported; '
                     'import the file again for the others.'
       WHERE state = 'running'
         AND pg_try_advisory_xact_lock(hashtextextended('portolan import ' || id, 0))
      RETURNING *
      """;

  private final Database database;
  private final InstantSource clock;

  public ImportStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  public Optional<ImportJob> find(long id) {
    return database.read(connection -> Sql.first(connection, FIND, ImportStore::job, id));
  }

  /** An import that must exist. */
  public ImportJob get(long id) {
    return find(id).orElseThrow(() -> new NotFoundException("import", id));
  }

  /** The imports into a list, newest first, from before an id. */
  public Page<ImportJob> page(long listId, Optional<Long> before, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE,
                    ImportStore::job,
                    listId,
                    before.orElse(Long.MAX_VALUE),
                    limit + 1)),
        limit,
        ImportJob::id);
  }

  /** The rows that an import rejected, in the order of the file, from after a line. */
  public Page<ImportReject> rejects(long importId, long afterLine, int limit) {
    return Page.cut(
        database.read(
            connection ->
                Sql.list(connection, REJECTS, ImportStore::reject, importId, afterLine, limit + 1)),
        limit,
        ImportReject::line);
  }

  /**
   * Writes the rejected rows of an import that are kept as CSV with the columns line, reason and
   * content, a piece at a time.
   */
  public void writeRejects(long importId, Writer out) throws IOException {
    get(importId);
    // the writer is closed by whoever opened it
    @SuppressWarnings("resource")
    CsvWriter csv = CsvWriter.builder().build(out);
    csv.writeRecord("line", "reason", "content");
    Optional<Long> after = Optional.of(0L);
    while (after.isPresent()) {
      Page<ImportReject> page = rejects(importId, after.get(), PIECE);
      for (ImportReject reject : page.items()) {
        csv.writeRecord(Long.toString(reject.line()), reject.reason(), reject.content());
      }
      after = page.next();
    }
    csv.flush();
  }

  /**
   * Marks as failed what is stored as running though no process runs it any more; to be called when
   * a node starts. Imports that other nodes run go on.
   */
  public List<ImportJob> failAbandoned() {
    return database.inTransaction(
        connection -> Sql.list(connection, FAIL_ABANDONED, ImportStore::job, clock.instant()));
  }

  static ImportJob job(Row row) throws SQLException {
    return new ImportJob(
        row.number("id"),
        row.number("list_id"),
        ImportState.of(row.text("state")).orElseThrow(),
        new ImportJob.Progress(
            row.text("file_name"),
            row.optionalNumber("bytes_total"),
            row.number("bytes_read"),
            counts(row),
            row.instant("started_at"),
            row.optionalInstant("finished_at")),
        row.optionalText("error"));
  }

  private static ImportCounts counts(Row row) throws SQLException {
    return new ImportCounts(
        row.number("rows_read"),
        row.number("rows_created"),
        row.number("rows_updated"),
        row.number("rows_unchanged"),
        row.number("rows_duplicate"),
        row.number("rows_rejected"));
  }

  private static ImportReject reject(Row row) throws SQLException {
    return new ImportReject(row.number("line"), row.text("reason"), row.text("content"));
  }
}
