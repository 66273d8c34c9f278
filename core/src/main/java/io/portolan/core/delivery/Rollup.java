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
      long campaignId, Instant minute, String isp, String route, int port, int bucket) {}

  void add(RecordedResult result) {
    DeliveryOutcome outcome = result.outcome();
    Optional<Attempt> attempt = Outcomes.attempt(outcome);
    DeliveryState state = Outcomes.state(outcome);
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
    List<Map.Entry<ResultKey, Long>> rows = List.copyOf(results.entrySet());
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Columns columns = new Columns(connection, statement, rows.size());
      columns.add("bigint", rows, row -> row.getKey().campaignId());
      columns.add("timestamptz", rows, row -> row.getKey().minute().atOffset(ZoneOffset.UTC));
      columns.add("text", rows, row -> row.getKey().isp());
      columns.add("text", rows, row -> row.getKey().platform());
      columns.add("text", rows, row -> row.getKey().route());
      columns.add("int", rows, row -> row.getKey().port());
      columns.add("text", rows, row -> row.getKey().tls());
      columns.add("text", rows, row -> row.getKey().outcome());
      columns.add("text", rows, row -> row.getKey().category());
      columns.add("bigint", rows, Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  void addAcceptTimes(Connection connection, String sql) throws SQLException {
    List<Map.Entry<TimeKey, Long>> rows = List.copyOf(acceptTimes.entrySet());
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Columns columns = new Columns(connection, statement, rows.size());
      columns.add("bigint", rows, row -> row.getKey().campaignId());
      columns.add("timestamptz", rows, row -> row.getKey().minute().atOffset(ZoneOffset.UTC));
      columns.add("text", rows, row -> row.getKey().isp());
      columns.add("text", rows, row -> row.getKey().route());
      columns.add("int", rows, row -> row.getKey().port());
      columns.add("smallint", rows, row -> row.getKey().bucket());
      columns.add("bigint", rows, Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  private void count(RecordedResult result, Optional<Attempt> attempt, String outcome) {
    Optional<Path> path = attempt.map(Attempt::path);
    String category = Outcomes.category(result.outcome());
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
            category == null ? "" : category),
        1L,
        Long::sum);
  }

  private static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }
}
