package io.portolan.core.list;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.CopyRows;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.BitSet;
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

  private static final String LOCK_LIST =
      """
      SELECT j.* FROM import_job j JOIN mailing_list l ON l.id = j.list_id WHERE j.id = ?
         FOR KEY SHARE OF l
      """;

  private static final String LOCK = "SELECT * FROM import_job WHERE id = ? FOR UPDATE";

  // of the groups of an import that are under way at once, each holds the lock of its number; so
  // PostgreSQL knows that one waits for the other, and ends those that wait for each other
  private static final String BEGIN_TURN =
      """
      SELECT pg_advisory_xact_lock(
             hashtextextended('portolan import ' || ?::bigint || ' group ' || ?::bigint, 0))
      """;

  private static final String AWAIT_TURN =
      """
      SELECT pg_advisory_xact_lock_shared(
             hashtextextended('portolan import ' || ?::bigint || ' group ' || ?::bigint, 0))
      """;

  // statistics may know nothing of a list that was filled a moment ago; the planner would take it
  // for empty and read all of it for each address. What it cannot choose, it cannot choose wrongly:
  // a pair is found by no index but the one that begins with its first half, and by both halves,
  // so that an address costs the same however many lists have it
  private static final String PLAN_BY_ADDRESS =
      "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off";

  private static final String FIND =
      """
      SELECT k.place, r.id, r.import_id IS NOT DISTINCT FROM ?::bigint AS again
        FROM unnest(?::text[]) WITH ORDINALITY AS k (address_key, place)
       CROSS JOIN LATERAL (
             SELECT id, import_id FROM recipient
              WHERE (address_key, list_id) >= (k.address_key, ?::bigint)
                AND (address_key, list_id) <= (k.address_key, ?::bigint) LIMIT 1) AS r
      """;

  private static final String COPY =
      """
      COPY recipient (import_id, list_id, address, address_key, domain, attributes)
      FROM STDIN (FORMAT binary)
      """;

  private static final String STAGE =
      """
      CREATE TEMP TABLE import_row (
          id bigint, list_id bigint, address text, address_key text, domain text, attributes jsonb)
          ON COMMIT DROP
      """;

  private static final String COPY_STAGED = "COPY import_row FROM STDIN (FORMAT binary)";

  // who is on the list just so is only written to if asked
  private static final String UPDATE =
      """
      WITH written AS (
          UPDATE recipient r
             SET address = n.address,
                 attributes = n.attributes,
                 import_id = ?::bigint,
                 updated_at = CASE WHEN r.address = n.address AND r.attributes = n.attributes
                                   THEN r.updated_at ELSE now() END
            FROM import_row n
           WHERE r.list_id = n.list_id AND r.id = n.id
             AND (?::boolean OR r.address <> n.address OR r.attributes <> n.attributes)
          RETURNING r.updated_at = now() AS changed)
      SELECT count(*) FILTER (WHERE changed) FROM written
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
   * What has become of a group.
   *
   * @param job the record, with the group counted
   * @param met ids of recipients who may not have been written to
   */
  record Written(ImportJob job, List<Long> met) {}

  /**
   * Brings a group of rows into the list and counts it, behind the group before it, which may still
   * be under way. Does nothing if that was done before.
   *
   * @param met whom the groups before met, without the one right before, which has others
   * @param begun called when the group behind may begin
   * @throws ConflictException if the import was ended by another
   * @throws OutOfTurnException if the group before it was given up; it may succeed later
   */
  static Written write(Connection connection, ImportChunk chunk, MetRecipients met, Runnable begun)
      throws SQLException {
    Sql.list(connection, BEGIN_TURN, row -> true, chunk.importId(), chunk.number());
    begun.run();
    ImportJob before = job(connection, LOCK_LIST, chunk);
    Found found = find(connection, chunk, met);
    // the group behind may have been counted since, too
    if (before.progress().bytesRead() >= chunk.bytesAfter()) {
      return new Written(before, found.ids());
    }
    boolean stamp = met.isFull();
    add(connection, chunk, found);
    long updated = update(connection, chunk, found, stamp);
    if (chunk.number() > 0) {
      Sql.list(connection, AWAIT_TURN, row -> true, chunk.importId(), chunk.number() - 1);
    }
    ImportJob job = job(connection, LOCK, chunk);
    if (job.state() != ImportState.RUNNING) {
      throw new ConflictException("Import " + job.id() + " was ended elsewhere.");
    }
    if (job.progress().bytesRead() != chunk.bytesBefore()) {
      throw new OutOfTurnException(job.id(), chunk.bytesBefore());
    }
    reject(connection, job, chunk);
    return new Written(count(connection, chunk, found, updated), stamp ? List.of() : found.ids());
  }

  /** Ends an import, unless it has ended. */
  static ImportJob end(
      Connection connection, long importId, ImportState state, Optional<String> error, Instant now)
      throws SQLException {
    Optional<ImportJob> ended =
        Sql.first(connection, END, ImportStore::job, state.id(), error, now, importId);
    return ended.isPresent() ? ended.get() : Sql.one(connection, LOCK, ImportStore::job, importId);
  }

  private static ImportJob job(Connection connection, String select, ImportChunk chunk)
      throws SQLException {
    return Sql.first(connection, select, ImportStore::job, chunk.importId())
        .orElseThrow(() -> new NotFoundException("import", chunk.importId()));
  }

  /**
   * Who of a group is on the list.
   *
   * @param fresh rows of those who are not
   * @param known rows of those who were before this import; each begins with the id
   * @param ids of all who are
   */
  private record Found(List<Integer> fresh, List<Integer> known, List<Long> ids) {}

  private record OnList(int place, long id, boolean again) {}

  private static Found find(Connection connection, ImportChunk chunk, MetRecipients met)
      throws SQLException {
    List<ImportChunk.Place> places = chunk.places();
    Sql.update(connection, PLAN_BY_ADDRESS);
    List<OnList> onList =
        Sql.list(
            connection,
            FIND,
            row -> new OnList(row.integer("place") - 1, row.number("id"), row.flag("again")),
            chunk.importId(),
            // not a list: an array of texts goes in binary form, without escapes
            places.stream().map(ImportChunk.Place::key).toArray(String[]::new),
            chunk.listId(),
            chunk.listId());
    BitSet fresh = new BitSet();
    fresh.set(0, places.size());
    BitSet known = new BitSet();
    for (OnList one : onList) {
      fresh.clear(one.place());
      known.set(one.place(), !one.again() && !met.contains(one.id()));
      chunk.recipients().replaceFirst(places.get(one.place()).row(), one.id());
    }
    return new Found(
        rows(places, fresh), rows(places, known), onList.stream().map(OnList::id).toList());
  }

  private static List<Integer> rows(List<ImportChunk.Place> places, BitSet chosen) {
    return chosen.stream().mapToObj(place -> places.get(place).row()).toList();
  }

  private static void add(Connection connection, ImportChunk chunk, Found found)
      throws SQLException {
    CopyRows recipients = chunk.recipients();
    for (int row : found.fresh()) {
      recipients.replaceFirst(row, chunk.importId());
    }
    if (!found.fresh().isEmpty()) {
      recipients.send(connection, COPY, found.fresh());
    }
  }

  /** Returns how many were not on the list just so. */
  private static long update(Connection connection, ImportChunk chunk, Found found, boolean stamp)
      throws SQLException {
    if (found.known().isEmpty()) {
      return 0;
    }
    Sql.update(connection, STAGE);
    chunk.recipients().send(connection, COPY_STAGED, found.known());
    return Sql.one(connection, UPDATE, row -> row.number("count"), chunk.importId(), stamp);
  }

  private static ImportJob count(
      Connection connection, ImportChunk chunk, Found found, long updated) throws SQLException {
    return Sql.one(
        connection,
        COUNT,
        ImportStore::job,
        chunk.bytesAfter(),
        chunk.rows(),
        found.fresh().size(),
        updated,
        found.known().size() - updated,
        chunk.rows() - chunk.rejects().size() - found.fresh().size() - found.known().size(),
        chunk.rejects().size(),
        chunk.importId(),
        chunk.bytesBefore());
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
