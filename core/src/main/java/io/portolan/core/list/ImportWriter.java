package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Writes what an import does, each call within a transaction of the caller's. Every write names
 * what it expects, so that one whose commit was lost on the way can be repeated.
 */
final class ImportWriter {
  // the lock of ImportLease, taken before the record can be seen
  private static final String INSERT =
      """
      INSERT INTO import_job (list_id, file_name, state, bytes_total, started_at)
      VALUES (?, ?, 'running', ?::bigint, ?)
      RETURNING *, pg_try_advisory_lock(hashtextextended('portolan import ' || id, 0))
      """;

  private static final String LOCK_LIST = "SELECT FROM mailing_list WHERE id = ? FOR KEY SHARE";

  private static final String LOCK = "SELECT * FROM import_job WHERE id = ? FOR UPDATE";

  private static final String STAGE =
      """
      CREATE TEMP TABLE import_row (address text, address_key text, domain text, attributes jsonb)
          ON COMMIT DROP
      """;

  private static final String COPY =
      "COPY import_row (address, address_key, domain, attributes) FROM STDIN (FORMAT binary)";

  // now() is the start of this transaction: a row that has it was made or changed here. A recipient
  // whom this import had before was in an earlier row of the file and is left alone. In one order
  // for all imports, so that two with the same people do not wait for each other's rows.
  private static final String MERGE =
      """
      WITH merged AS (
          INSERT INTO recipient AS r (list_id, address, address_key, domain, attributes, import_id)
          SELECT ?, address, address_key, domain, attributes, ? FROM import_row
           ORDER BY address_key COLLATE "C"
              ON CONFLICT (list_id, address_key) DO UPDATE
             SET address = excluded.address,
                 attributes = excluded.attributes,
                 import_id = excluded.import_id,
                 updated_at = CASE WHEN r.address = excluded.address
                                    AND r.attributes = excluded.attributes
                                   THEN r.updated_at ELSE now() END
           WHERE r.import_id IS DISTINCT FROM excluded.import_id
          RETURNING r.created_at = now() AS created, r.updated_at = now() AS written)
      SELECT count(*) FILTER (WHERE created) AS created,
             count(*) FILTER (WHERE written AND NOT created) AS updated,
             count(*) FILTER (WHERE NOT written) AS unchanged
        FROM merged
      """;

  private static final String REJECT =
      """
      INSERT INTO import_reject (import_id, line, reason, content)
      SELECT ?, * FROM unnest(?::bigint[], ?::text[], ?::text[])
      """;

  private static final String COUNT =
      """
      UPDATE import_job
         SET bytes_read = ?, rows_read = rows_read + ?, rows_created = rows_created + ?,
             rows_updated = rows_updated + ?, rows_unchanged = rows_unchanged + ?,
             rows_duplicate = rows_duplicate + ?, rows_rejected = rows_rejected + ?
       WHERE id = ? AND state = 'running' AND bytes_read = ?
      RETURNING *
      """;

  private static final String END =
      """
      UPDATE import_job SET state = ?, error = ?, finished_at = ?
       WHERE id = ? AND state = 'running'
      RETURNING *
      """;

  private ImportWriter() {}

  /** Makes the record of an import that begins, and takes its lock on this connection. */
  static ImportJob begin(Connection connection, ImportRequest request, Instant now)
      throws SQLException {
    return Sql.one(
        connection,
        INSERT,
        ImportStore::job,
        request.listId(),
        request.fileName(),
        request.bytes(),
        now);
  }

  /**
   * Merges a group of rows into the list. Does nothing if that was done before.
   *
   * @throws ConflictException if the import was ended by another
   */
  static ImportJob write(Connection connection, long importId, ImportChunk chunk)
      throws SQLException {
    ImportJob job =
        Sql.first(connection, LOCK, ImportStore::job, importId)
            .orElseThrow(() -> new NotFoundException("import", importId));
    if (job.state() != ImportState.RUNNING) {
      throw new ConflictException("Import " + importId + " was ended elsewhere.");
    }
    if (job.progress().bytesRead() == chunk.bytesAfter()) {
      return job;
    }
    if (Sql.first(connection, LOCK_LIST, row -> true, job.listId()).isEmpty()) {
      throw new NotFoundException("list", job.listId());
    }
    Merged merged = merge(connection, job, chunk);
    reject(connection, job, chunk);
    return Sql.one(
        connection,
        COUNT,
        ImportStore::job,
        chunk.bytesAfter(),
        chunk.rows(),
        merged.created(),
        merged.updated(),
        merged.unchanged(),
        chunk.rows() - chunk.rejects().size() - merged.total(),
        chunk.rejects().size(),
        importId,
        chunk.bytesBefore());
  }

  /** Ends an import, unless it has ended. */
  static ImportJob end(
      Connection connection, long importId, ImportState state, Optional<String> error, Instant now)
      throws SQLException {
    Optional<ImportJob> ended =
        Sql.first(connection, END, ImportStore::job, state.id(), error, now, importId);
    return ended.isPresent() ? ended.get() : Sql.one(connection, LOCK, ImportStore::job, importId);
  }

  private record Merged(long created, long updated, long unchanged) {
    long total() {
      return created + updated + unchanged;
    }
  }

  private static Merged merge(Connection connection, ImportJob job, ImportChunk chunk)
      throws SQLException {
    if (chunk.recipients().rows() == 0) {
      return new Merged(0, 0, 0);
    }
    Sql.update(connection, STAGE);
    chunk.recipients().send(connection, COPY);
    return Sql.one(
        connection,
        MERGE,
        row -> new Merged(row.number("created"), row.number("updated"), row.number("unchanged")),
        job.listId(),
        job.id());
  }

  private static void reject(Connection connection, ImportJob job, ImportChunk chunk)
      throws SQLException {
    long room = ImportCounts.MOST_REJECTS_KEPT - job.rows().rejectsKept();
    List<ImportReject> kept = chunk.rejects().stream().limit(room).toList();
    if (!kept.isEmpty()) {
      Sql.update(
          connection,
          REJECT,
          job.id(),
          kept.stream().map(ImportReject::line).toList(),
          kept.stream().map(ImportReject::reason).toList(),
          kept.stream().map(ImportReject::content).toList());
    }
  }
}
