package io.portolan.core.recorder;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.policy.Path;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.SmtpReply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Counts results, and what comes back, by minute, ISP, path and outcome, in the order of the
 * tables' keys, so that two nodes that add to the same rows cannot deadlock. Triggers keep the rows
 * an hour. One is filled and written in the transaction that records what it counts; not
 * thread-safe.
 */
public final class Rollup {
  private static final String ADD_RESULTS =
      """
      INSERT INTO result_rollup AS t (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome,
                                      category, count)
      SELECT * FROM unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[],
                           ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
      ON CONFLICT (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private static final String ADD_ACCEPT_TIMES =
      """
      INSERT INTO accept_time_rollup AS t (campaign_id, minute, isp, route, port, tls, source, bucket, count)
      SELECT * FROM unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::text[], ?::int[], ?::text[], ?::text[],
                           ?::smallint[], ?::bigint[])
      ON CONFLICT (campaign_id, minute, isp, route, port, tls, source, bucket)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private static final String ADD_REPLIES =
      """
      INSERT INTO reply_hour AS t (campaign_id, hour, isp, code, enhanced, category, outcome, sample, count)
      SELECT * FROM unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::smallint[], ?::text[], ?::text[], ?::text[],
                           ?::text[], ?::bigint[])
      ON CONFLICT (campaign_id, hour, isp, code, enhanced, category, outcome)
      DO UPDATE SET count = t.count + excluded.count
      """;

  private final Map<ResultKey, Long> results =
      new TreeMap<>(
          Comparator.comparingLong(ResultKey::campaignId)
              .thenComparing(ResultKey::minute)
              .thenComparing(ResultKey::isp)
              .thenComparing(ResultKey::platform)
              .thenComparing(ResultKey::way, Way.ORDER)
              .thenComparing(ResultKey::encryption)
              .thenComparing(ResultKey::outcome)
              .thenComparing(ResultKey::category));
  private final Map<TimeKey, Long> acceptTimes =
      new TreeMap<>(
          Comparator.comparingLong(TimeKey::campaignId)
              .thenComparing(TimeKey::minute)
              .thenComparing(TimeKey::isp)
              .thenComparing(TimeKey::way, Way.ORDER)
              .thenComparingInt(TimeKey::bucket));
  private final Map<ReplyKey, Long> replies =
      new TreeMap<>(
          Comparator.comparingLong(ReplyKey::campaignId)
              .thenComparing(ReplyKey::hour)
              .thenComparing(ReplyKey::isp)
              .thenComparingInt(ReplyKey::code)
              .thenComparing(ReplyKey::enhanced)
              .thenComparing(ReplyKey::category)
              .thenComparing(ReplyKey::outcome));
  private final Map<ReplyKey, String> samples = new HashMap<>();

  /** A path as the tables have it; of what ended without one the texts are empty. */
  private record Way(String route, int port, String tls, String source) {
    private static final Way NONE = new Way("", 0, "", "");
    private static final Comparator<Way> ORDER =
        Comparator.comparing(Way::route)
            .thenComparingInt(Way::port)
            .thenComparing(Way::tls)
            .thenComparing(Way::source);

    static Way of(Path path) {
      return new Way(path.route(), path.port(), path.tls().id(), path.source());
    }
  }

  private record ResultKey(
      long campaignId,
      Instant minute,
      String isp,
      String platform,
      Way way,
      String encryption,
      String outcome,
      String category) {}

  private record TimeKey(long campaignId, Instant minute, String isp, Way way, int bucket) {}

  private record ReplyKey(
      long campaignId,
      Instant hour,
      String isp,
      int code,
      String enhanced,
      String category,
      String outcome) {}

  /** A column of a key: its element type in SQL, and its value. */
  private record Column<K>(String type, Function<K, Object> value) {}

  /**
   * Counts what came back about a message that was accepted, in the row of its attempt.
   *
   * @param category of a bounce; empty for what has none
   * @throws IllegalArgumentException for a kind that is in no rate: a delay, an auth-report, an
   *     auto-reply, or nothing
   */
  public void add(AcceptedAttempt attempt, FeedbackKind kind, String category) {
    add(attempt, kind, category, 1);
  }

  /**
   * Takes back what was counted of a message in an earlier transaction, because it proved wrong.
   *
   * @param kind one that has no category
   */
  public void withdraw(AcceptedAttempt attempt, FeedbackKind kind) {
    add(attempt, kind, "", -1);
  }

  private void add(AcceptedAttempt attempt, FeedbackKind kind, String category, long count) {
    String outcome =
        switch (kind) {
          case BOUNCE -> "late-bounce";
          case COMPLAINT, UNSUBSCRIBE, DELIVERED -> kind.id();
          case DELAY, AUTH_REPORT, AUTO_REPLY, NONE ->
              throw new IllegalArgumentException("not counted: " + kind.id());
        };
    results.merge(
        new ResultKey(
            attempt.campaignId(),
            minute(attempt.at()),
            attempt.isp(),
            attempt.platform(),
            Way.of(attempt.path()),
            "",
            outcome,
            category),
        count,
        Long::sum);
  }

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
      acceptTimes.merge(
          new TimeKey(
              result.campaignId(),
              minute(result.at()),
              result.delivery().isp(),
              Way.of(accepted.attempt().path()),
              AcceptTime.bucket(Duration.between(first, result.at()).toMillis())),
          1L,
          Long::sum);
    } else {
      attempt.flatMap(Attempt::reply).ifPresent(reply -> count(result, reply));
    }
  }

  void add(PathFailure failure) {
    results.merge(
        new ResultKey(
            failure.campaignId(),
            minute(failure.at()),
            failure.isp(),
            failure.platform(),
            Way.of(failure.path()),
            "",
            "path-failure",
            failure.kind()),
        1L,
        Long::sum);
  }

  /** Forgets what peers said. */
  void forgetWords() {
    samples.clear();
  }

  /** Adds what was counted to the tables. */
  public void write(Connection connection) throws SQLException {
    add(
        connection,
        ADD_RESULTS,
        results,
        List.of(
            new Column<>("bigint", ResultKey::campaignId),
            new Column<>("timestamptz", key -> key.minute().atOffset(ZoneOffset.UTC)),
            new Column<>("text", ResultKey::isp),
            new Column<>("text", ResultKey::platform),
            new Column<>("text", key -> key.way().route()),
            new Column<>("int", key -> key.way().port()),
            new Column<>("text", key -> key.way().tls()),
            new Column<>("text", key -> key.way().source()),
            new Column<>("text", ResultKey::encryption),
            new Column<>("text", ResultKey::outcome),
            new Column<>("text", ResultKey::category)));
    add(
        connection,
        ADD_ACCEPT_TIMES,
        acceptTimes,
        List.of(
            new Column<>("bigint", TimeKey::campaignId),
            new Column<>("timestamptz", key -> key.minute().atOffset(ZoneOffset.UTC)),
            new Column<>("text", TimeKey::isp),
            new Column<>("text", key -> key.way().route()),
            new Column<>("int", key -> key.way().port()),
            new Column<>("text", key -> key.way().tls()),
            new Column<>("text", key -> key.way().source()),
            new Column<>("smallint", TimeKey::bucket)));
    add(
        connection,
        ADD_REPLIES,
        replies,
        List.of(
            new Column<>("bigint", ReplyKey::campaignId),
            new Column<>("timestamptz", key -> key.hour().atOffset(ZoneOffset.UTC)),
            new Column<>("text", ReplyKey::isp),
            new Column<>("smallint", ReplyKey::code),
            new Column<>("text", ReplyKey::enhanced),
            new Column<>("text", ReplyKey::category),
            new Column<>("text", ReplyKey::outcome),
            new Column<>("text", key -> samples.getOrDefault(key, ""))));
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
    results.merge(
        new ResultKey(
            result.campaignId(),
            minute(result.at()),
            result.delivery().isp(),
            result.platform(),
            attempt.map(made -> Way.of(made.path())).orElse(Way.NONE),
            attempt.map(made -> made.usedTls() ? "tls" : "plain").orElse(""),
            outcome,
            result.outcome().cause().orElse("")),
        1L,
        Long::sum);
  }

  private void count(RecordedResult result, SmtpReply reply) {
    ReplyKey key =
        new ReplyKey(
            result.campaignId(),
            result.at().truncatedTo(ChronoUnit.HOURS),
            result.delivery().isp(),
            reply.code(),
            reply.enhanced().map(EnhancedStatusCode::toString).orElse(""),
            result.outcome().cause().orElse(""),
            result.outcome().attemptLabel().orElse(""));
    replies.merge(key, 1L, Long::sum);
    samples.putIfAbsent(key, ResultRows.clean(reply.text()));
  }

  private static Instant minute(Instant at) {
    return at.truncatedTo(ChronoUnit.MINUTES);
  }
}
