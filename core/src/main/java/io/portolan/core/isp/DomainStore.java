package io.portolan.core.isp;

import io.portolan.core.address.Domain;
import io.portolan.core.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The {@code recipient_domain} table: what each recipient domain was last resolved to. Thread-safe.
 */
public final class DomainStore {
  private static final String FIND_MISSING_OR_EXPIRED =
      """
      SELECT asked.domain
        FROM unnest(?::text[]) AS asked (domain)
       WHERE NOT EXISTS (
             SELECT FROM recipient_domain known
              WHERE known.domain = asked.domain AND known.expires_at > ?)
      """;

  private static final String FIND =
      """
      SELECT domain, isp, platform, basis, resolved_at, expires_at
        FROM recipient_domain
       WHERE domain = ANY (?::text[])
      """;

  // while the DNS gives no answer, what its mail hosts last said still holds
  private static final String SAVE =
      """
      INSERT INTO recipient_domain AS known (domain, isp, platform, basis, resolved_at, expires_at)
      SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])
          ON CONFLICT (domain) DO UPDATE
         SET (isp, platform, basis, resolved_at, expires_at) =
             (SELECT CASE WHEN stale THEN known.isp ELSE excluded.isp END,
                     CASE WHEN stale THEN known.platform ELSE excluded.platform END,
                     CASE WHEN stale THEN known.basis ELSE excluded.basis END,
                     CASE WHEN stale THEN known.resolved_at ELSE excluded.resolved_at END,
                     excluded.expires_at
                FROM (SELECT excluded.basis = 'unresolved' AND known.basis = 'mx') AS kept (stale))
       WHERE known.resolved_at <= excluded.resolved_at
      """;

  private final Database database;

  public DomainStore(Database database) {
    this.database = database;
  }

  /** Those of the given domains that have to be resolved before they can be used. */
  public List<Domain> findMissingOrExpired(Collection<Domain> domains, Instant now) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND_MISSING_OR_EXPIRED)) {
            statement.setArray(1, texts(connection, domains, Domain::name));
            statement.setObject(2, now.atOffset(ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
              List<Domain> found = new ArrayList<>();
              while (row.next()) {
                found.add(new Domain(row.getString(1)));
              }
              return found;
            }
          }
        });
  }

  /** What is stored of the given domains, expired or not. */
  public Map<Domain, ResolvedDomain> find(Collection<Domain> domains) {
    return database.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setArray(1, texts(connection, domains, Domain::name));
            try (ResultSet row = statement.executeQuery()) {
              Map<Domain, ResolvedDomain> found = new HashMap<>();
              while (row.next()) {
                ResolvedDomain resolved = read(row);
                found.put(resolved.domain(), resolved);
              }
              return found;
            }
          }
        });
  }

  /**
   * Stores results in place of older ones. A result that the DNS gave no answer leaves a
   * destination found by mail hosts as it is and only moves the time at which to ask again.
   */
  public void save(Collection<ResolvedDomain> results) {
    // one order for all nodes, so that two of them cannot wait for each other's rows
    List<ResolvedDomain> ordered =
        results.stream().sorted(Comparator.comparing(ResolvedDomain::domain)).toList();
    database.execute(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setArray(1, texts(connection, ordered, result -> result.domain().name()));
            statement.setArray(2, texts(connection, ordered, result -> result.destination().isp()));
            statement.setArray(
                3, texts(connection, ordered, result -> result.destination().platform()));
            statement.setArray(
                4, texts(connection, ordered, result -> result.destination().basis().id()));
            statement.setArray(5, times(connection, ordered, ResolvedDomain::resolvedAt));
            statement.setArray(6, times(connection, ordered, ResolvedDomain::expiresAt));
            statement.executeUpdate();
          }
        });
  }

  private static ResolvedDomain read(ResultSet row) throws SQLException {
    return new ResolvedDomain(
        new Domain(row.getString("domain")),
        new Destination(
            row.getString("isp"), row.getString("platform"), Basis.of(row.getString("basis"))),
        row.getObject("resolved_at", OffsetDateTime.class).toInstant(),
        row.getObject("expires_at", OffsetDateTime.class).toInstant());
  }

  private static <T> java.sql.Array texts(
      Connection connection, Collection<T> items, Function<T, String> text) throws SQLException {
    return connection.createArrayOf("text", items.stream().map(text).toArray());
  }

  private static <T> java.sql.Array times(
      Connection connection, Collection<T> items, Function<T, Instant> time) throws SQLException {
    return connection.createArrayOf(
        "timestamptz",
        items.stream().map(time.andThen(at -> at.atOffset(ZoneOffset.UTC))).toArray());
  }
}
