package io.portolan.core.suppression;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Sql;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.suppression.Suppression.Evidence;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts soft bounces in a row in the {@code soft_bounce} table: one statement for a group. An
 * accepted delivery costs nothing: whether there was one since is looked up at the next soft
 * bounce. Thread-safe; holds no state.
 */
public final class SoftBounces {
  // nobody who was erased is counted; what a relay took passes for accepted when it has not come
  // back for as long as mail hosts try (RFC 5321 section 4.5.4.1);
  // an acceptance since the last one, or too long a silence, begins a new row of bounces
  private static final String COUNT =
      """
      WITH new AS MATERIALIZED (
          SELECT b.key, max(b.category) AS category, count(*)::int AS bounces, max(b.at) AS at,
                 (SELECT max(d.ended_at) FROM delivery d
                   WHERE coalesce(d.address_key, lower(d.address)) = b.key AND d.state = 'accepted'
                     AND (d.relayed_by IS NULL OR d.ended_at < max(b.at) - interval '5 days')) AS accepted_at
            FROM unnest(?::text[], ?::text[], ?::text[]) AS raw (key, category, at_text)
            CROSS JOIN LATERAL (SELECT raw.key, raw.category, raw.at_text::timestamptz AS at) AS b
           WHERE NOT EXISTS (SELECT FROM suppression WHERE kind = 'hash')
              OR NOT EXISTS (SELECT FROM suppression WHERE kind = 'hash' AND value = erased_hash(b.key))
           GROUP BY b.key)
      INSERT INTO soft_bounce AS t (address_key, category, bounces, first_at, last_at, accepted_at)
      SELECT key, category, bounces, at, at, accepted_at FROM new ORDER BY key
          ON CONFLICT (address_key) DO UPDATE
         SET bounces = CASE WHEN excluded.accepted_at > t.last_at OR t.last_at + make_interval(secs => ?) < excluded.last_at
                            THEN excluded.bounces ELSE t.bounces + excluded.bounces END,
             first_at = CASE WHEN excluded.accepted_at > t.last_at OR t.last_at + make_interval(secs => ?) < excluded.last_at
                             THEN excluded.first_at ELSE t.first_at END,
             last_at = greatest(t.last_at, excluded.last_at), category = excluded.category,
             accepted_at = excluded.accepted_at
      RETURNING address_key, category, bounces, first_at, last_at
      """;

  private final SoftBounceRule rule;

  public SoftBounces(SoftBounceRule rule) {
    this.rule = rule;
  }

  /** A delivery that ended with a refusal of its recipient that does not suppress at once. */
  public record SoftBounce(
      EmailAddress address, BounceCategory category, Evidence evidence, Instant at) {}

  /** Counts soft bounces and returns the suppressions to which they come, for the caller to add. */
  public List<Suppression> count(Connection connection, List<SoftBounce> bounces)
      throws SQLException {
    Map<String, SoftBounce> last = new HashMap<>();
    bounces.forEach(each -> last.put(each.address().key(), each));
    double memory = rule.memory().toSeconds();
    return Sql.list(
            connection,
            COUNT,
            row ->
                suppression(
                    Optional.ofNullable(last.get(row.text("address_key"))).orElseThrow(),
                    row.integer("bounces"),
                    row.instant("first_at"),
                    row.instant("last_at")),
            bounces.stream().map(each -> each.address().key()).toList(),
            bounces.stream().map(each -> each.category().id()).toList(),
            bounces.stream().map(each -> each.at().toString()).toList(),
            memory,
            memory)
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Suppression> suppression(
      SoftBounce bounce, int bounces, Instant firstAt, Instant lastAt) {
    if (bounces < rule.after(bounce.category()) || firstAt.plus(rule.over()).isAfter(lastAt)) {
      return Optional.empty();
    }
    return Optional.of(
        new Suppression(
            new SuppressionTarget.Address(bounce.address()),
            SuppressionScope.EVERYTHING,
            SuppressionReason.SOFT_BOUNCE,
            "campaign " + bounce.evidence().campaignId().orElseThrow(),
            bounce.evidence(),
            bounce.category().id() + ", " + bounces + " times in a row since " + firstAt,
            lastAt,
            Optional.of(lastAt.plus(rule.lapse()))));
  }
}
