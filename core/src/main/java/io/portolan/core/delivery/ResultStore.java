package io.portolan.core.delivery;

import io.portolan.core.database.Database;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes a group of results in one transaction of at most seven statements, whatever its size: lock
 * the claims, update the deliveries, copy the attempts, copy the path failures, suppress, and two
 * rollups. Thread-safe; holds no state.
 */
final class ResultStore {
  // the share lock makes a new claim wait until this group is in, and this group see a claim that
  // was first
  private static final String LOCK_CLAIMS =
      """
      SELECT pg_current_xact_id()::text,
             ARRAY(SELECT b.id
                     FROM unnest(?::bigint[], ?::int[]) AS claim (id, epoch)
                     JOIN batch b ON b.id = claim.id AND b.epoch = claim.epoch
                    WHERE b.state = 'claimed'
                    ORDER BY b.id
                      FOR SHARE OF b)
      """;

  private static final String COMMITTED = "SELECT pg_xact_status(?::xid8) = 'committed'";

  private static final String ALREADY_APPLIED =
      """
      SELECT d.id FROM delivery d JOIN unnest(?::bigint[], ?::bigint[]) AS r (id, batch_id)
                       ON d.id = r.id AND d.batch_id = r.batch_id
      """;

  private static final String UPDATE_DELIVERIES =
      """
      UPDATE delivery d
         SET state = r.state::delivery_state,
             attempts = d.attempts + r.made,
             first_attempt_at = coalesce(d.first_attempt_at, r.attempt_at),
             not_before = r.not_before,
             ended_at = r.ended_at,
             category = r.category,
             pinned_route = coalesce(r.pinned_route, d.pinned_route)
        FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::smallint[], ?::timestamptz[], ?::timestamptz[],
                    ?::timestamptz[], ?::text[], ?::text[])
             AS r (id, batch_id, state, made, attempt_at, not_before, ended_at, category, pinned_route)
       WHERE d.id = r.id AND d.batch_id = r.batch_id AND d.state = 'planned' AND r.batch_id = ANY (?)
      RETURNING d.id
      """;

  private static final String COPY_ATTEMPTS =
      """
      COPY attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code,
                    open_millis, exchange_millis, isp, platform, rule, decision, route, tls, host, peer,
                    phase, outcome, enhanced, category, reply) FROM STDIN
      """;

  private static final String COPY_PATH_FAILURES =
      """
      COPY path_failure (at, campaign_id, policy_version, port, millis, isp, platform, route, tls, host,
                         phase, kind, detail) FROM STDIN
      """;

  private static final String SUPPRESS =
      """
      INSERT INTO suppression (kind, value, reason, source, note)
      SELECT 'address', r.address_key, 'hard-bounce', 'campaign ' || d.campaign_id, b.category
        FROM unnest(?::bigint[], ?::text[]) AS b (id, category)
        JOIN delivery d ON d.id = b.id
        JOIN recipient r ON r.id = d.recipient_id
      ON CONFLICT (kind, value) DO NOTHING
      """;

  private static final String ADD_RESULTS =
      """
      INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
      SELECT * FROM unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[],
                           ?::text[], ?::text[], ?::bigint[])
      ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, outcome, category)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private static final String ADD_ACCEPT_TIMES =
      """
      INSERT INTO accept_time_rollup AS t (campaign_id, minute, isp, route, port, bucket, count)
      SELECT * FROM unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::text[], ?::int[], ?::smallint[], ?::bigint[])
      ON CONFLICT (campaign_id, minute, isp, route, port, bucket)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private final Database database;

  ResultStore(Database database) {
    this.database = database;
  }

  /**
   * Results and path failures that are written together, and the transaction that last tried. A
   * commit whose answer was lost with the connection is looked up before it is tried again. Not
   * thread-safe.
   */
  static final class Group {
    private final List<RecordedResult> results;
    private final List<PathFailure> failures;
    private @Nullable String transactionId;

    Group(List<RecordedResult> results, List<PathFailure> failures) {
      this.results = results;
      this.failures = failures;
    }
  }

  /**
   * Writes a group; may be called again with the same group after a failure.
   *
   * @return the ids of the deliveries whose result was applied
   */
  Set<Long> write(Group group) {
    String earlier = group.transactionId;
    if (earlier != null && database.read(connection -> isCommitted(connection, earlier))) {
      // committed after all; whose result was applied is read back from where the deliveries stand
      return database.read(connection -> alreadyApplied(connection, group.results));
    }
    return database.inTransaction(connection -> write(connection, group));
  }

  private static Set<Long> write(Connection connection, Group group) throws SQLException {
    Long[] claimed = lockClaims(connection, group);
    Set<Long> applied =
        group.results.isEmpty() ? Set.of() : updateDeliveries(connection, group.results, claimed);
    copy(connection, COPY_ATTEMPTS, CopyRows.attempts(group.results));
    copy(connection, COPY_PATH_FAILURES, CopyRows.pathFailures(group.failures));
    suppress(connection, group.results, applied);
    Rollup rollup = new Rollup();
    for (RecordedResult result : group.results) {
      if (applied.contains(result.delivery().id())) {
        rollup.add(result);
      }
    }
    group.failures.forEach(rollup::add);
    rollup.addResults(connection, ADD_RESULTS);
    rollup.addAcceptTimes(connection, ADD_ACCEPT_TIMES);
    return applied;
  }

  private static Long[] lockClaims(Connection connection, Group group) throws SQLException {
    Map<Long, Integer> claims = new LinkedHashMap<>();
    for (RecordedResult result : group.results) {
      // of two epochs of one batch the later is the one that may still be valid
      claims.merge(result.batchId(), result.epoch(), Math::max);
    }
    try (PreparedStatement statement = connection.prepareStatement(LOCK_CLAIMS)) {
      statement.setArray(1, connection.createArrayOf("bigint", claims.keySet().toArray()));
      statement.setArray(2, connection.createArrayOf("int", claims.values().toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        group.transactionId = row.getString(1);
        return (Long[]) row.getArray(2).getArray();
      }
    }
  }

  private static Set<Long> updateDeliveries(
      Connection connection, List<RecordedResult> results, Long[] claimed) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPDATE_DELIVERIES)) {
      Columns columns = new Columns(connection, statement, results.size());
      columns.add("bigint", results, result -> result.delivery().id());
      columns.add("bigint", results, RecordedResult::batchId);
      columns.add("text", results, result -> Outcomes.state(result.outcome()).id());
      columns.add(
          "smallint", results, result -> Outcomes.attempt(result.outcome()).isPresent() ? 1 : 0);
      columns.add(
          "timestamptz",
          results,
          result -> Outcomes.attempt(result.outcome()).map(a -> utc(a.at())).orElse(null));
      columns.add("timestamptz", results, result -> notBefore(result.outcome()));
      columns.add(
          "timestamptz",
          results,
          result ->
              Outcomes.state(result.outcome()) == DeliveryState.PLANNED ? null : utc(result.at()));
      columns.add("text", results, result -> Outcomes.category(result.outcome()));
      columns.add(
          "text",
          results,
          result ->
              result.outcome() instanceof Deferred deferred
                  ? deferred.pinnedRoute().orElse(null)
                  : null);
      statement.setArray(10, connection.createArrayOf("bigint", claimed));
      return ids(statement);
    }
  }

  private static @Nullable Object notBefore(DeliveryOutcome outcome) {
    return switch (outcome) {
      case Deferred deferred -> utc(deferred.notBefore());
      case Held held -> utc(held.notBefore());
      case Accepted _, Bounced _, Undeliverable _, Expired _ -> null;
    };
  }

  private static Object utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static void suppress(
      Connection connection, List<RecordedResult> results, Set<Long> applied) throws SQLException {
    List<RecordedResult> hard =
        results.stream()
            .filter(
                result ->
                    applied.contains(result.delivery().id())
                        && Outcomes.suppresses(result.outcome()))
            .toList();
    if (hard.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(SUPPRESS)) {
      Columns columns = new Columns(connection, statement, hard.size());
      columns.add("bigint", hard, result -> result.delivery().id());
      columns.add("text", hard, result -> Outcomes.category(result.outcome()));
      statement.executeUpdate();
    }
  }

  private static void copy(Connection connection, String sql, String rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(rows));
    } catch (IOException e) {
      throw new SQLException("copying failed", "08006", e);
    }
  }

  private static boolean isCommitted(Connection connection, String transactionId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMMITTED)) {
      statement.setString(1, transactionId);
      try (ResultSet row = statement.executeQuery()) {
        // null when the transaction is too old to be known: then it was never committed by us just
        // now
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static Set<Long> alreadyApplied(Connection connection, List<RecordedResult> results)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ALREADY_APPLIED)) {
      Columns columns = new Columns(connection, statement, results.size());
      columns.add("bigint", results, result -> result.delivery().id());
      columns.add("bigint", results, RecordedResult::batchId);
      return ids(statement);
    }
  }

  private static Set<Long> ids(PreparedStatement statement) throws SQLException {
    Set<Long> ids = new HashSet<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
    }
    return ids;
  }
}
