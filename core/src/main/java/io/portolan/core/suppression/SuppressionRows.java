package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes and reads rows of the {@code suppression} table in transactions of the caller's. */
public final class SuppressionRows {
  // what is there stays, unless it ends before the new one does, or is an unsubscription, which its
  // recipient may take back, and the new one may not be. No address of an erased person is
  // written again
  private static final String ADD =
      """
      INSERT INTO suppression AS s (kind, value, list_id, sending_domain, reason, source, evidence, campaign_id,
                                    delivery_id, note, created_at, expires_at)
      SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[],
                           ?::bigint[], ?::text[], ?::timestamptz[], ?::timestamptz[])
             AS n (kind, value, list_id, sending_domain, reason, source, evidence, campaign_id, delivery_id, note,
                   created_at, expires_at)
       WHERE n.kind <> 'address' OR NOT EXISTS (SELECT FROM suppression h WHERE h.kind = 'hash')
          OR NOT EXISTS (SELECT FROM suppression h WHERE h.kind = 'hash' AND h.value = erased_hash(n.value))
          ON CONFLICT (kind, value, list_id, sending_domain) DO UPDATE
         SET reason = excluded.reason, source = excluded.source, evidence = excluded.evidence,
             campaign_id = excluded.campaign_id, delivery_id = excluded.delivery_id, note = excluded.note,
             created_at = excluded.created_at, expires_at = excluded.expires_at,
             changed_at = clock_timestamp(), changed_by = pg_current_xact_id()
       WHERE s.expires_at IS NOT NULL AND (excluded.expires_at IS NULL OR excluded.expires_at > s.expires_at)
          OR s.reason = 'unsubscribe' AND excluded.reason IN ('complaint', 'hard-bounce') AND excluded.expires_at IS NULL
      """;

  private SuppressionRows() {}

  private record Key(SuppressionTarget.Kind kind, String value, SuppressionScope scope) {}

  /**
   * Adds suppressions in one statement. What is suppressed already stays as it is, with its first
   * reason, unless it expires before the new one does, or is an unsubscription and the new one a
   * complaint or a hard bounce.
   *
   * @return how many were added, prolonged or given a stronger reason
   */
  public static int add(Connection connection, Collection<Suppression> suppressions)
      throws SQLException {
    Map<Key, Suppression> unique = new LinkedHashMap<>();
    for (Suppression each : suppressions) {
      unique.putIfAbsent(new Key(each.target().kind(), each.target().value(), each.scope()), each);
    }
    // one order for all, so that two transactions cannot wait for each other's rows
    List<Suppression> rows =
        unique.values().stream()
            .sorted(
                Comparator.comparing((Suppression each) -> each.target().kind())
                    .thenComparing(each -> each.target().value())
                    .thenComparing(each -> listId(each.scope()).orElse(0L))
                    .thenComparing(each -> sendingDomain(each.scope()).orElse("")))
            .toList();
    if (rows.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      Binder binder = new Binder(connection, statement, rows);
      binder.add("text", each -> each.target().kind().id());
      binder.add("text", each -> each.target().value());
      binder.add("bigint", each -> listId(each.scope()).orElse(null));
      binder.add("text", each -> sendingDomain(each.scope()).orElse(null));
      binder.add("text", each -> each.reason().id());
      binder.add("text", Suppression::source);
      binder.add("text", each -> each.evidence().text());
      binder.add("bigint", each -> each.evidence().campaignId().orElse(null));
      binder.add("bigint", each -> each.evidence().deliveryId().orElse(null));
      binder.add("text", Suppression::note);
      binder.add("timestamptz", each -> each.at().atOffset(ZoneOffset.UTC));
      binder.add(
          "timestamptz",
          each -> each.expiresAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null));
      return statement.executeUpdate();
    }
  }

  static Optional<Long> listId(SuppressionScope scope) {
    return scope instanceof SuppressionScope.OfList(long listId)
        ? Optional.of(listId)
        : Optional.empty();
  }

  static Optional<String> sendingDomain(SuppressionScope scope) {
    return scope instanceof SuppressionScope.OfSendingDomain(Domain domain)
        ? Optional.of(domain.name())
        : Optional.empty();
  }

  static StoredSuppression read(Row row) throws SQLException {
    String reason = row.text("reason");
    return new StoredSuppression(
        row.number("id"),
        new Suppression(
            target(row.text("kind"), row.text("value")),
            scope(row),
            SuppressionReason.of(reason)
                .orElseThrow(
                    () -> new IllegalStateException("unknown suppression reason " + reason)),
            row.text("source"),
            new Suppression.Evidence(
                row.text("evidence"),
                row.optionalNumber("campaign_id"),
                row.optionalNumber("delivery_id")),
            row.text("note"),
            row.instant("created_at"),
            row.optionalInstant("expires_at")));
  }

  static LiftedSuppression lifted(Row row) throws SQLException {
    return new LiftedSuppression(
        row.number("id"),
        row.instant("at"),
        row.text("action"),
        row.text("who"),
        row.text("note"),
        row.text("kind"),
        row.text("value"),
        scope(row),
        row.text("reason"),
        row.text("source"),
        row.instant("created_at"));
  }

  private static SuppressionScope scope(Row row) throws SQLException {
    Optional<Long> listId = row.optionalNumber("list_id");
    Optional<String> domain = row.optionalText("sending_domain");
    if (listId.isPresent()) {
      return new SuppressionScope.OfList(listId.get());
    }
    return domain.isPresent()
        ? new SuppressionScope.OfSendingDomain(new Domain(domain.get()))
        : SuppressionScope.EVERYTHING;
  }

  private static SuppressionTarget target(String kind, String value) {
    return switch (SuppressionTarget.Kind.of(kind).orElseThrow()) {
      case ADDRESS -> new SuppressionTarget.Address(EmailAddress.parse(value));
      case DOMAIN -> new SuppressionTarget.WholeDomain(new Domain(value));
      case HASH -> new SuppressionTarget.Erased(value);
    };
  }

  /** Binds one array parameter a column. */
  private static final class Binder {
    private final Connection connection;
    private final PreparedStatement statement;
    private final List<Suppression> rows;
    private int index;

    Binder(Connection connection, PreparedStatement statement, List<Suppression> rows) {
      this.connection = connection;
      this.statement = statement;
      this.rows = rows;
    }

    void add(String type, Function<Suppression, ? extends @Nullable Object> value)
        throws SQLException {
      @Nullable Object[] column = new @Nullable Object[rows.size()];
      for (int row = 0; row < column.length; row++) {
        column[row] = value.apply(rows.get(row));
      }
      statement.setArray(++index, connection.createArrayOf(type, column));
    }
  }
}
