package io.portolan.core.matching;

import io.portolan.core.Page;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.Source;
import io.portolan.core.reply.Hardness;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The {@code feedback} table. Thread-safe; holds no state. */
public final class FeedbackStore {
  private static final String INSERT =
      """
      INSERT INTO feedback (key, at, source, received_from, kind, feedback_type, delivery_id, campaign_id, matched_by,
                            trusted, recipient, status, reply_code, category, hardness, rule, diagnostic, reporting_mta,
                            remote_mta)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT FROM spent_key WHERE key = ?)
          ON CONFLICT (key) DO NOTHING
      RETURNING id
      """;

  private static final String SPEND =
      "INSERT INTO spent_key (key, at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING";

  // by then no vendor's signature is young enough any more
  private static final String EXPIRE_SPENT =
      """
      DELETE FROM spent_key WHERE key IN (
          SELECT key FROM spent_key WHERE at < now() - interval '2 days' ORDER BY at LIMIT 10000)
      """;

  private static final String SET_EFFECTS =
      "UPDATE feedback SET effects = ?, pending = ? WHERE id = ?";

  // costs nothing while nothing waits
  private static final String DUE =
      """
      SELECT f.id, f.delivery_id FROM feedback f LEFT JOIN delivery d ON d.id = f.delivery_id
       WHERE f.pending AND (d.id IS NULL OR d.state <> 'planned') AND f.id > ?
       ORDER BY f.id LIMIT ?
      """;

  private static final String TAKE_PENDING =
      "UPDATE feedback SET pending = false WHERE id = ? AND pending RETURNING *";

  private static final String IS_COUNTED =
      """
      SELECT EXISTS (SELECT FROM feedback WHERE delivery_id = ? AND kind = ?
                        AND 'counted' = ANY (string_to_array(effects, ' '))) AS counted
      """;

  private static final String PAGE =
      """
      SELECT * FROM feedback
       WHERE (cardinality(?::text[]) = 0 OR kind = ANY (?::text[])) AND (?::bigint IS NULL OR campaign_id = ?::bigint)
         AND (?::bigint IS NULL OR delivery_id = ?::bigint) AND (?::boolean IS NULL OR (delivery_id IS NOT NULL) = ?::boolean)
         AND (?::text IS NULL OR source = ?::text) AND (?::timestamptz IS NULL OR at >= ?::timestamptz)
         AND (?::bigint IS NULL OR id < ?::bigint)
       ORDER BY id DESC LIMIT ?
      """;

  // bounded, so that no transaction grows with what has gathered
  private static final String EXPIRE =
      "DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE at < ? ORDER BY at LIMIT 10000)";

  private final Database database;

  public FeedbackStore(Database database) {
    this.database = database;
  }

  /** A page of feedback, newest first. */
  public Page<StoredFeedback> page(FeedbackQuery query) {
    List<String> kinds = query.kinds().stream().map(FeedbackKind::id).toList();
    Optional<String> source = query.source().map(Source::id);
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE,
                    FeedbackStore::read,
                    kinds,
                    kinds,
                    query.campaign(),
                    query.campaign(),
                    query.delivery(),
                    query.delivery(),
                    query.matched(),
                    query.matched(),
                    source,
                    source,
                    query.since(),
                    query.since(),
                    query.before(),
                    query.before(),
                    query.limit() + 1)),
        query.limit(),
        StoredFeedback::id);
  }

  /** Forgets what came in before a time. */
  public void expire(Instant oldest) {
    int deleted;
    do {
      deleted = database.inTransaction(connection -> Sql.update(connection, EXPIRE, oldest));
    } while (deleted > 0);
    do {
      deleted = database.inTransaction(connection -> Sql.update(connection, EXPIRE_SPENT));
    } while (deleted > 0);
  }

  /** Notes a key, so that nothing is kept under it. */
  static void spend(Connection connection, String key, Instant at) throws SQLException {
    Sql.update(connection, SPEND, sha256(key), at);
  }

  /** Keeps feedback, or nothing when its key is there: waits for whoever is writing the same. */
  static OptionalLong insert(Connection connection, String key, StoredFeedback feedback)
      throws SQLException {
    StoredFeedback.Match match = feedback.match();
    StoredFeedback.Report report = feedback.report();
    byte[] hash = sha256(key);
    return Sql.first(
            connection,
            INSERT,
            row -> row.number("id"),
            hash,
            feedback.at(),
            feedback.source(),
            feedback.receivedFrom(),
            feedback.kind(),
            feedback.feedbackType(),
            match.delivery(),
            match.campaign(),
            match.by(),
            match.trusted(),
            report.recipient(),
            report.status(),
            report.replyCode(),
            report.category(),
            report.hardness().map(Hardness::id),
            report.rule(),
            report.diagnostic(),
            report.reportingMta(),
            report.remoteMta(),
            hash)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Notes what followed, and whether more does when its delivery is accepted. */
  static void setEffects(Connection connection, long id, List<String> effects, boolean isPending)
      throws SQLException {
    Sql.update(connection, SET_EFFECTS, String.join(" ", effects), isPending, id);
  }

  /** Feedback that waited for the end of its delivery, which has ended or is gone. */
  record Due(long id, long deliveryId) {}

  /** What waits no more, in the order in which it came. */
  static List<Due> due(Connection connection, long afterId, int limit) throws SQLException {
    return Sql.list(
        connection,
        DUE,
        row -> new Due(row.number("id"), row.number("delivery_id")),
        afterId,
        limit);
  }

  /** Takes the mark from feedback that waits; empty if another node was first. */
  static Optional<StoredFeedback> takePending(Connection connection, long id) throws SQLException {
    return Sql.first(connection, TAKE_PENDING, FeedbackStore::read, id);
  }

  /** Whether feedback of a kind was counted for a delivery, whose row the caller has locked. */
  static boolean isCounted(Connection connection, long deliveryId, FeedbackKind kind)
      throws SQLException {
    return Sql.one(connection, IS_COUNTED, row -> row.flag("counted"), deliveryId, kind.id());
  }

  private static StoredFeedback read(Row row) throws SQLException {
    String effects = row.text("effects");
    return new StoredFeedback(
        row.number("id"),
        row.instant("at"),
        row.text("source"),
        row.text("received_from"),
        row.text("kind"),
        row.optionalText("feedback_type"),
        new StoredFeedback.Match(
            row.text("matched_by"),
            row.flag("trusted"),
            row.optionalNumber("delivery_id"),
            row.optionalNumber("campaign_id")),
        new StoredFeedback.Report(
            row.text("recipient"),
            row.optionalText("status"),
            row.optionalInteger("reply_code"),
            row.optionalText("category"),
            row.optionalText("hardness").map(Hardness::of),
            row.optionalText("rule"),
            row.text("diagnostic"),
            row.optionalText("reporting_mta"),
            row.optionalText("remote_mta")),
        effects.isEmpty() ? List.of() : List.of(effects.split(" ", -1)));
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
