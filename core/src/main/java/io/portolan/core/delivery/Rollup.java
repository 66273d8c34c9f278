package io.portolan.core.delivery;

import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.policy.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Counts a group of results by minute, ISP, path and outcome, in the order of the tables' keys, so
 * that two nodes that add to the same rows cannot deadlock. Not thread-safe.
 */
final class Rollup {
  private final Map<ResultKey, Long> results =
      new TreeMap<>(
          Comparator.comparingLong(ResultKey::campaignId)
              .thenComparing(ResultKey::minute)
              .thenComparing(ResultKey::isp)
              .thenComparing(ResultKey::platform)
              .thenComparing(ResultKey::route)
              .thenComparingInt(ResultKey::port)
              .thenComparing(ResultKey::tls)
              .thenComparing(ResultKey::outcome)
              .thenComparing(ResultKey::category));
  private final Map<TimeKey, Long> acceptTimes =
      new TreeMap<>(
          Comparator.comparingLong(TimeKey::campaignId)
              .thenComparing(TimeKey::minute)
              .thenComparing(TimeKey::isp)
              .thenComparing(TimeKey::route)
              .thenComparingInt(TimeKey::port)
              .thenComparing(TimeKey::tls)
              .thenComparingInt(TimeKey::bucket));

  private record ResultKey(
      long campaignId,
      Instant minute,
      String isp,
      String platform,
      String route,
      int port,
      String tls,
      String outcome,
      String category) {}

  private record TimeKey(
      long campaignId,
      Instant minute,
      String isp,
      String route,
      int port,
      String tls,
      int bucket) {}

  /** A column of a key: its element type in SQL, and its value. */
  private record Column<K>(String type, Function<K, Object> value) {}

  void add(RecordedResult result) {
    DeliveryOutcome outcome = result.outcome();
    Optional<Attempt> attempt = outcome.attemptMade();
    DeliveryState state = outcome.state();
    if (attempt.isPresent() && (state == DeliveryState.EXPIRED || state == DeliveryState.PLANNED)) {
      count(result, attempt, "deferred");
    }
    if (state != DeliveryState.PLANNED) {
      count(result, state == DeliveryState.EXPIRED ? Optional.empty() : attempt, state.id());
    }
    if (outcome instanceof Accepted accepted) {
      Instant first = result.delivery().firstAttemptAt().orElse(accepted.attempt().at());
      Path path = accepted.attempt().path();
      acceptTimes.merge(
          new TimeKey(
              result.campaignId(),
              minute(result.at()),
              result.delivery().isp(),
              path.route(),
              path.port(),
              path.tls().id(),
              AcceptTime.bucket(Duration.between(first, result.at()).toMillis())),
          1L,
          Long::sum);
    }
  }

  void add(PathFailure failure) {
    Path path = failure.path();
    results.merge(
        new ResultKey(
            failure.campaignId(),
            minute(failure.at()),
            failure.isp(),
            failure.platform(),
            path.route(),
            path.port(),
            path.tls().id(),
            "path-failure",
            failure.kind()),
        1L,
        Long::sum);
  }

  void addResults(Connection connection, String sql) throws SQLException {
    add(
        connection,
        sql,
        results,
        List.of(
            new Column<>("bigint", ResultKey::campaignId),
            new Column<>("timestamptz", key -> key.minute().atOffset(ZoneOffset.UTC)),
            new Column<>("text", ResultKey::isp),
            new Column<>("text", ResultKey::platform),
            new Column<>("text", ResultKey::route),
            new Column<>("int", ResultKey::port),
            new Column<>("text", ResultKey::tls),
            new Column<>("text", ResultKey::outcome),
            new Column<>("text", ResultKey::category)));
  }

  void addAcceptTimes(Connection connection, String sql) throws SQLException {
    add(
        connection,
        sql,
        acceptTimes,
        List.of(
            new Column<>("bigint", TimeKey::campaignId),
            new Column<>("timestamptz", key -> key.minute().atOffset(ZoneOffset.UTC)),
            new Column<>("text", TimeKey::isp),
            new Column<>("text", TimeKey::route),
            new Column<>("int", TimeKey::port),
            new Column<>("text", TimeKey::tls),
            new Column<>("smallint", TimeKey::bucket)));
  }

  private static <K> void add(
      Connection connection, String sql, Map<K, Long> counts, List<Column<K>> keys)
      throws SQLException {
    List<Map.Entry<K, Long>> rows = List.copyOf(counts.entrySet());
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Columns columns = new Columns(connection, statement, rows.size());
      for (Column<K> key : keys) {
        columns.add(key.type(), rows, row -> key.value().apply(row.getKey()));
      }
      columns.add("bigint", rows, Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  private void count(RecordedResult result, Optional<Attempt> attempt, String outcome) {
    Optional<Path> path = attempt.map(Attempt::path);
    results.merge(
        new ResultKey(
            result.campaignId(),
            minute(result.at()),
            result.delivery().isp(),
            result.platform(),
            path.map(Path::route).orElse(""),
            path.map(Path::port).orElse(0),
            path.map(taken -> taken.tls().id()).orElse(""),
            outcome,
            result.outcome().cause().orElse("")),
        1L,
        Long::sum);
  }

  private static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }
}
