package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The {@code suppression} table and its history. Thread-safe; holds no state. */
public final class SuppressionStore {
  private static final String REMOVE =
      """
      WITH removed AS (DELETE FROM suppression WHERE id = ? RETURNING *)
      INSERT INTO suppression_history (at, action, who, note, kind, value, list_id, sending_domain, reason, source,
                                       created_at)
      SELECT ?, 'removed', ?, ?, kind, value, list_id, sending_domain, reason, source, created_at FROM removed
      """;

  private static final String FIND =
      "SELECT * FROM suppression WHERE kind = ? AND value = ? AND list_id IS NULL AND"
          + " sending_domain IS NULL";

  private static final String FIND_ALL =
      "SELECT * FROM suppression WHERE kind = ? AND value = ? ORDER BY id";

  private static final String FIND_BY_ID = "SELECT * FROM suppression WHERE id = ?";

  private static final String FIND_COVERING =
      "SELECT * FROM covering_suppression(?, ?, ?::bigint, ?::text, ?::timestamptz)";

  private static final String FIND_PAGE =
      """
      SELECT * FROM suppression
       WHERE id > ?
         AND (?::text IS NULL OR kind = ?)
         AND (?::text IS NULL OR reason = ?)
         AND (?::text IS NULL OR position(? IN value) > 0)
         AND (?::bigint IS NULL OR list_id = ?)
         AND (?::text IS NULL OR sending_domain = ?)
       ORDER BY id
       LIMIT ?
      """;

  // of what is no key of an address
  private static final String HASH_KEY = "SELECT left(erased_hash('key'), 16) AS id";

  private static final String HISTORY =
      """
      SELECT * FROM suppression_history
       WHERE id < ? AND (?::text IS NULL OR value = ?)
       ORDER BY id DESC LIMIT ?
      """;

  private final Database database;

  public SuppressionStore(Database database) {
    this.database = database;
  }

  /**
   * Adds suppressions in a transaction of its own; see {@link SuppressionRows#add}.
   *
   * @return how many were new or prolonged
   */
  public int add(Collection<Suppression> suppressions) {
    return database.inTransaction(connection -> SuppressionRows.add(connection, suppressions));
  }

  /**
   * Lifts a suppression by its id, which its history tells; false if there is none.
   *
   * @param who lifts it, such as {@code api key "crm"}
   * @param note why; may be empty
   */
  public boolean remove(long id, String who, String note, Instant now) {
    return database.inTransaction(
        connection -> Sql.update(connection, REMOVE, id, now, who, note) == 1);
  }

  /** The suppression of exactly this target that holds for all mail. */
  public Optional<StoredSuppression> find(SuppressionTarget target) {
    return database.read(
        connection ->
            Sql.first(connection, FIND, SuppressionRows::read, target.kind().id(), target.value()));
  }

  /** The suppressions of exactly this target, whatever mail they hold for. */
  public List<StoredSuppression> findAll(SuppressionTarget target) {
    return database.read(
        connection ->
            Sql.list(
                connection, FIND_ALL, SuppressionRows::read, target.kind().id(), target.value()));
  }

  public Optional<StoredSuppression> find(long id) {
    return database.read(
        connection -> Sql.first(connection, FIND_BY_ID, SuppressionRows::read, id));
  }

  /**
   * The suppression that keeps mail of an origin from an address: its own, else that of its domain
   * or of the nearest domain above.
   */
  public Optional<StoredSuppression> findCovering(
      EmailAddress address, MailOrigin origin, Instant now) {
    return database.read(connection -> findCovering(connection, address, origin, now));
  }

  private static Optional<StoredSuppression> findCovering(
      Connection connection, EmailAddress address, MailOrigin origin, Instant now)
      throws SQLException {
    return Sql.first(
        connection,
        FIND_COVERING,
        SuppressionRows::read,
        address.key(),
        address.domain().name(),
        origin.listId(),
        origin.sendingDomain().map(Domain::name),
        now);
  }

  /**
   * The next page, in order of adding.
   *
   * @param afterId the id of the last one of the page before; 0 for the first page
   * @param limit of the page, at least 1
   */
  public List<StoredSuppression> findPage(SuppressionFilter filter, long afterId, int limit) {
    Optional<String> kind = filter.kind().map(SuppressionTarget.Kind::id);
    Optional<String> reason = filter.reason().map(SuppressionReason::id);
    Optional<String> part = filter.containing().map(text -> text.toLowerCase(Locale.ROOT));
    Optional<String> domain = filter.sendingDomain().map(Domain::name);
    return database.read(
        connection ->
            Sql.list(
                connection,
                FIND_PAGE,
                SuppressionRows::read,
                afterId,
                kind,
                kind,
                reason,
                reason,
                part,
                part,
                filter.listId(),
                filter.listId(),
                domain,
                domain,
                limit));
  }

  /** By what the key of this installation's hashes is told from others'. */
  String hashKey() {
    return database.read(connection -> Sql.one(connection, HASH_KEY, row -> row.text("id")));
  }

  /**
   * What was lifted, the last first.
   *
   * @param value an address key or a domain; empty for all
   * @param beforeId the id of the last one of the page before; {@link Long#MAX_VALUE} at first
   */
  public List<LiftedSuppression> history(Optional<String> value, long beforeId, int limit) {
    return database.read(
        connection ->
            Sql.list(connection, HISTORY, SuppressionRows::lifted, beforeId, value, value, limit));
  }
}
