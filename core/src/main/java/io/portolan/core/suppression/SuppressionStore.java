package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The {@code suppression} table. Thread-safe; holds no state. */
public final class SuppressionStore {
  private static final String ADD =
      """
      INSERT INTO suppression (kind, value, reason, source, note, created_at)
      SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
          ON CONFLICT (kind, value) DO NOTHING
      """;

  private static final String REMOVE = "DELETE FROM suppression WHERE kind = ? AND value = ?";

  private static final String REMOVE_BY_ID = "DELETE FROM suppression WHERE id = ?";

  private static final String FIND =
      """
      SELECT id, kind, value, reason, source, note, created_at
        FROM suppression
       WHERE kind = ? AND value = ?
      """;

  private static final String FIND_BY_ID =
      """
      SELECT id, kind, value, reason, source, note, created_at
        FROM suppression
       WHERE id = ?
      """;

  private static final String FIND_COVERING =
      """
      SELECT id, kind, value, reason, source, note, created_at
        FROM covering_suppression(?, ?)
      """;

  private static final String FIND_PAGE =
      """
      SELECT id, kind, value, reason, source, note, created_at
        FROM suppression
       WHERE id > ?
         AND (?::text IS NULL OR kind = ?)
         AND (?::text IS NULL OR reason = ?)
         AND (?::text IS NULL OR position(? IN value) > 0)
       ORDER BY id
       LIMIT ?
      """;

  private final Database database;

  public SuppressionStore(Database database) {
    this.database = database;
  }

  /**
   * Adds suppressions in a transaction of its own. What is suppressed already stays as it is, with
   * its first reason.
   *
   * @return how many were new
   */
  public int add(Collection<Suppression> suppressions) {
    return database.inTransaction(connection -> add(connection, suppressions));
  }

  /** Adds suppressions in the caller's transaction; see {@link #add(Collection)}. */
  public int add(Connection connection, Collection<Suppression> suppressions) throws SQLException {
    // one order for all, so that two transactions cannot wait for each other's rows
    List<Suppression> ordered =
        suppressions.stream()
            .sorted(
                Comparator.comparing((Suppression each) -> each.target().kind())
                    .thenComparing(each -> each.target().value()))
            .toList();
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setArray(1, texts(connection, ordered, each -> each.target().kind().id()));
      statement.setArray(2, texts(connection, ordered, each -> each.target().value()));
      statement.setArray(3, texts(connection, ordered, each -> each.reason().id()));
      statement.setArray(4, texts(connection, ordered, Suppression::source));
      statement.setArray(5, texts(connection, ordered, Suppression::note));
      statement.setArray(
          6,
          connection.createArrayOf(
              "timestamptz",
              ordered.stream().map(each -> each.at().atOffset(ZoneOffset.UTC)).toArray()));
      return statement.executeUpdate();
    }
  }

  /** Lifts a suppression; false if there was none. */
  public boolean remove(SuppressionTarget target) {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
            bind(statement, target);
            return statement.executeUpdate() == 1;
          }
        });
  }

  /** Lifts a suppression by its id; false if there is none. */
  public boolean remove(long id) {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(REMOVE_BY_ID)) {
            statement.setLong(1, id);
            return statement.executeUpdate() == 1;
          }
        });
  }

  /** The suppression of exactly this target. */
  public Optional<StoredSuppression> find(SuppressionTarget target) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            bind(statement, target);
            return one(statement);
          }
        });
  }

  public Optional<StoredSuppression> find(long id) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND_BY_ID)) {
            statement.setLong(1, id);
            return one(statement);
          }
        });
  }

  /**
   * The suppression that keeps an address from being sent to: its own, else that of its domain or
   * of the nearest domain above.
   */
  public Optional<StoredSuppression> findCovering(EmailAddress address) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND_COVERING)) {
            statement.setString(1, address.key());
            statement.setString(2, address.domain().name());
            return one(statement);
          }
        });
  }

  /**
   * The next page, in order of adding.
   *
   * @param afterId the id of the last one of the page before; 0 for the first page
   * @param limit of the page, at least 1
   */
  public List<StoredSuppression> findPage(SuppressionFilter filter, long afterId, int limit) {
    String kind = filter.kind().map(SuppressionTarget.Kind::id).orElse(null);
    String reason = filter.reason().map(SuppressionReason::id).orElse(null);
    String part = filter.containing().map(text -> text.toLowerCase(Locale.ROOT)).orElse(null);
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND_PAGE)) {
            statement.setLong(1, afterId);
            statement.setString(2, kind);
            statement.setString(3, kind);
            statement.setString(4, reason);
            statement.setString(5, reason);
            statement.setString(6, part);
            statement.setString(7, part);
            statement.setInt(8, limit);
            return all(statement);
          }
        });
  }

  private static void bind(PreparedStatement statement, SuppressionTarget target)
      throws SQLException {
    statement.setString(1, target.kind().id());
    statement.setString(2, target.value());
  }

  private static Optional<StoredSuppression> one(PreparedStatement statement) throws SQLException {
    return all(statement).stream().findFirst();
  }

  private static List<StoredSuppression> all(PreparedStatement statement) throws SQLException {
    List<StoredSuppression> found = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        found.add(read(row));
      }
    }
    return found;
  }

  private static StoredSuppression read(ResultSet row) throws SQLException {
    String value = row.getString("value");
    SuppressionTarget target =
        row.getString("kind").equals("address")
            ? new SuppressionTarget.Address(EmailAddress.parse(value))
            : new SuppressionTarget.WholeDomain(new Domain(value));
    String reason = row.getString("reason");
    return new StoredSuppression(
        row.getLong("id"),
        new Suppression(
            target,
            SuppressionReason.of(reason)
                .orElseThrow(
                    () -> new IllegalStateException("unknown suppression reason " + reason)),
            row.getString("source"),
            row.getString("note"),
            row.getObject("created_at", OffsetDateTime.class).toInstant()));
  }

  private static java.sql.Array texts(
      Connection connection, List<Suppression> items, Function<Suppression, String> text)
      throws SQLException {
    return connection.createArrayOf("text", items.stream().map(text).toArray());
  }
}
