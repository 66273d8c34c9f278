package io.portolan.core.recorder;

import io.portolan.core.database.CopyRows;
import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.suppression.SoftBounceRule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a group of results in one transaction of at most ten statements, whatever its size: lock
 * the claims, note the offers, update the deliveries, copy the attempts, copy the path failures,
 * count soft bounces, suppress, and three rollups. Thread-safe; holds no state.
 */
final class ResultStore {
  // the share lock makes a new claim wait until this group is in, and this group see a claim that
  // was first
  private static final String LOCK_CLAIMS =
      """
      WITH held AS MATERIALIZED (
          SELECT b.id, b.epoch
            FROM unnest(?::bigint[], ?::int[]) AS claim (id, epoch)
            JOIN batch b ON b.id = claim.id AND b.epoch = claim.epoch
           WHERE b.state = 'claimed'
           ORDER BY b.id
             FOR SHARE OF b)
      SELECT pg_current_xact_id()::text, ARRAY(SELECT id FROM held ORDER BY id),
             ARRAY(SELECT epoch FROM held ORDER BY id)
      """;

  private static final String STATUS = "SELECT pg_xact_status(?::xid8) AS status";

  private static final String UPDATE_DELIVERIES =
      """
      UPDATE delivery d
         SET state = r.state::delivery_state,
             attempts = d.attempts + r.made,
             first_attempt_at = coalesce(d.first_attempt_at, r.attempt_at),
             first_held_at = coalesce(d.first_held_at, r.held_at),
             held_because = r.held_because,
             not_before = r.not_before,
             ended_at = r.ended_at,
             category = r.category,
             relayed_by = r.relayed_by,
             pinned_route = coalesce(r.pinned_route, d.pinned_route),
             in_doubt_since = CASE WHEN r.in_doubt THEN r.attempt_at END,
             offer_expires_at = CASE WHEN r.in_doubt THEN r.not_before END
        FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::smallint[], ?::timestamptz[], ?::timestamptz[],
                    ?::timestamptz[], ?::text[], ?::text[], ?::boolean[],
                    ?::timestamptz[], ?::text[], ?::text[])
             AS r (id, batch_id, state, made, attempt_at, not_before, ended_at, category, pinned_route, in_doubt,
                   held_at, held_because, relayed_by)
       WHERE d.id = r.id AND d.batch_id = r.batch_id AND d.state = 'planned'
      RETURNING d.id
      """;

  private static final String NOTE_OFFERS =
      """
      UPDATE delivery d SET offer_expires_at = o.expires_at
        FROM unnest(?::bigint[], ?::bigint[], ?::timestamptz[]) AS o (id, batch_id, expires_at)
       WHERE d.id = o.id AND d.batch_id = o.batch_id AND d.state = 'planned'
      RETURNING d.id
      """;

  private static final String COPY_ATTEMPTS =
      """
      COPY attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, code,
                    open_millis, exchange_millis, isp, platform, rule, decision, route, tls, host, peer,
                    phase, outcome, enhanced, category, reply, source) FROM STDIN (FORMAT binary)
      """;

  private static final String COPY_PATH_FAILURES =
      """
      COPY path_failure (at, campaign_id, policy_version, port, millis, isp, platform, route, tls, host,
                         phase, kind, detail, source, evidence) FROM STDIN (FORMAT binary)
      """;

  private static final String INVALID_PARAMETER = "22023";
  private static final String OBJECT_IN_USE = "55006";

  private final Database database;
  private final BounceSuppression suppression;
  private final ResultHook hook;

  ResultStore(Database database, SoftBounceRule softBounceRule, ResultHook hook) {
    this.database = database;
    suppression = new BounceSuppression(softBounceRule);
    this.hook = hook;
  }

  /** How much of its results a group writes. */
  enum Extent {
    /** All of it. */
    WHOLE,
    /** Attempts without what peers and policies said in words. */
    WITHOUT_WORDS,
    /** The states of the deliveries alone. */
    STATES_ALONE
  }

  /**
   * What is written together, and the transaction that last tried: results, path failures, and
   * offers, of which no delivery has both in a group. A commit whose answer was lost with the
   * connection is looked up before it is tried again; what it applied is remembered. Not
   * thread-safe.
   */
  static final class Group {
    private final List<RecordedResult> results;
    private final List<PathFailure> failures;
    private final List<Offer> offers;
    private final Extent extent;
    private @Nullable String transactionId;
    private Set<Long> applied = Set.of();

    Group(
        List<RecordedResult> results,
        List<PathFailure> failures,
        List<Offer> offers,
        Extent extent) {
      this.results = results;
      this.failures = failures;
      this.offers = offers;
      this.extent = extent;
    }
  }

  /**
   * A delivery that is about to be offered to a peer.
   *
   * @param expiresAt when its lifetime ends
   */
  record Offer(long batchId, int epoch, long deliveryId, Instant expiresAt) {}

  /** A claim under which results were made. */
  private record Claim(long batchId, int epoch) {}

  /**
   * Writes a group; may be called again with the same group after a failure.
   *
   * @return the ids of the deliveries whose result or offer was applied
   */
  Set<Long> write(Group group) {
    return committed(group)
        .orElseGet(
            () -> {
              database.execute(connection -> write(connection, group));
              return group.applied;
            });
  }

  /** What a group applied whose last transaction was committed after all; empty if it was not. */
  Optional<Set<Long>> committed(Group group) {
    String earlier = group.transactionId;
    return earlier != null && database.read(connection -> isCommitted(connection, earlier))
        ? Optional.of(group.applied)
        : Optional.empty();
  }

  private void write(Connection connection, Group group) throws SQLException {
    Set<Claim> held = lockClaims(connection, group);
    List<RecordedResult> valid =
        group.results.stream().filter(result -> held.contains(claim(result))).toList();
    Set<Long> applied = valid.isEmpty() ? new HashSet<>() : updateDeliveries(connection, valid);
    List<Offer> offers =
        group.offers.stream().filter(offer -> held.contains(claim(offer))).toList();
    if (!offers.isEmpty()) {
      applied.addAll(noteOffers(connection, offers));
    }
    group.applied = applied;
    if (group.extent == Extent.STATES_ALONE) {
      return;
    }
    copy(
        connection,
        COPY_ATTEMPTS,
        ResultRows.attempts(group.results, group.extent == Extent.WITHOUT_WORDS));
    copy(connection, COPY_PATH_FAILURES, ResultRows.pathFailures(group.failures));
    suppression.write(connection, group.results, applied);
    Rollup rollup = new Rollup();
    for (RecordedResult result : group.results) {
      if (applied.contains(result.delivery().id())) {
        rollup.add(result);
      }
    }
    group.failures.forEach(rollup::add);
    if (group.extent == Extent.WITHOUT_WORDS) {
      rollup.forgetWords();
    }
    rollup.write(connection);
    hook.record(
        connection,
        group.results.stream().filter(result -> applied.contains(result.delivery().id())).toList());
  }

  /** Of the claims under which the results were made, those that still hold. */
  private static Set<Claim> lockClaims(Connection connection, Group group) throws SQLException {
    Set<Claim> claims = new LinkedHashSet<>();
    group.results.forEach(result -> claims.add(claim(result)));
    group.offers.forEach(offer -> claims.add(claim(offer)));
    List<Claim> rows = List.copyOf(claims);
    try (PreparedStatement statement = connection.prepareStatement(LOCK_CLAIMS)) {
      Columns columns = new Columns(connection, statement, rows.size());
      columns.add("bigint", rows, Claim::batchId);
      columns.add("int", rows, Claim::epoch);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        group.transactionId = row.getString(1);
        Long[] batches = (Long[]) row.getArray(2).getArray();
        Integer[] epochs = (Integer[]) row.getArray(3).getArray();
        Set<Claim> held = new HashSet<>();
        for (int i = 0; i < batches.length; i++) {
          held.add(new Claim(batches[i], epochs[i]));
        }
        return held;
      }
    }
  }

  private static Claim claim(RecordedResult result) {
    return new Claim(result.batchId(), result.epoch());
  }

  private static Claim claim(Offer offer) {
    return new Claim(offer.batchId(), offer.epoch());
  }

  private static Set<Long> noteOffers(Connection connection, List<Offer> offers)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NOTE_OFFERS)) {
      Columns columns = new Columns(connection, statement, offers.size());
      columns.add("bigint", offers, Offer::deliveryId);
      columns.add("bigint", offers, Offer::batchId);
      columns.add("timestamptz", offers, offer -> utc(offer.expiresAt()));
      return ids(statement);
    }
  }

  private static Set<Long> updateDeliveries(Connection connection, List<RecordedResult> results)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPDATE_DELIVERIES)) {
      Columns columns = new Columns(connection, statement, results.size());
      columns.add("bigint", results, result -> result.delivery().id());
      columns.add("bigint", results, RecordedResult::batchId);
      columns.add("text", results, result -> result.outcome().state().id());
      columns.add(
          "smallint", results, result -> result.outcome().attemptMade().isPresent() ? 1 : 0);
      columns.add(
          "timestamptz",
          results,
          result -> result.outcome().attemptMade().map(a -> utc(a.at())).orElse(null));
      columns.add(
          "timestamptz",
          results,
          result -> result.outcome().retryAt().map(ResultStore::utc).orElse(null));
      columns.add(
          "timestamptz",
          results,
          result -> result.outcome().state() == DeliveryState.PLANNED ? null : utc(result.at()));
      columns.add("text", results, result -> result.outcome().cause().orElse(null));
      columns.add("text", results, result -> result.outcome().pinsTo().orElse(null));
      columns.add(
          "boolean", results, result -> result.outcome() instanceof DeliveryOutcome.InDoubt);
      columns.add("timestamptz", results, result -> isHeld(result) ? utc(result.at()) : null);
      columns.add("text", results, ResultStore::heldBecause);
      columns.add("text", results, result -> result.outcome().relayedBy().orElse(null));
      return ids(statement);
    }
  }

  /** Whether a delivery's turn came and it stays open without an attempt. */
  private static boolean isHeld(RecordedResult result) {
    return result.outcome().state() == DeliveryState.PLANNED
        && result.outcome().attemptMade().isEmpty();
  }

  private static @Nullable String heldBecause(RecordedResult result) {
    return result.outcome() instanceof DeliveryOutcome.Held(String reason, Instant _)
        ? ResultRows.clean(reason)
        : null;
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static void copy(Connection connection, String sql, CopyRows rows) throws SQLException {
    if (rows.rows() > 0) {
      rows.send(connection, sql);
    }
  }

  /**
   * Whether a transaction was committed after all.
   *
   * @throws SQLException of a kind that passes while the server is still at it
   */
  private static boolean isCommitted(Connection connection, String transactionId)
      throws SQLException {
    String status;
    try {
      status =
          Sql.one(connection, STATUS, row -> row.optionalText("status").orElse(""), transactionId);
    } catch (SQLException e) {
      if (INVALID_PARAMETER.equals(e.getSQLState())) {
        // a server that has not come so far: one that took over and never saw the transaction
        return false;
      }
      throw e;
    }
    if (status.equals("in progress")) {
      throw new SQLException("the commit of these results is still under way", OBJECT_IN_USE);
    }
    // nothing when it is too old to be known: then it was not committed by us just now
    return status.equals("committed");
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
