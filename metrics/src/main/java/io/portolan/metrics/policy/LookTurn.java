package io.portolan.metrics.policy;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.time.Duration;
import java.time.Instant;

/**
 * The {@code autopilot_look} table: which node looks for the autopilot, and whether that is worth
 * it. Holds no state.
 */
final class LookTurn {
  /** What is steady after some minutes, and a row that was just changed, count for so long. */
  private static final Duration UNTIL_SETTLED = Duration.ofMinutes(30);

  /** What changes by time alone, as what nobody watches any more, is seen so often. */
  private static final Duration WITHOUT_CHANGE = Duration.ofHours(1);

  /** Below {@link Autopilot#EVERY}, at which each node comes. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(50);

  private static final String TAKE =
      """
      WITH args AS (SELECT ?::timestamptz AS now, ?::timestamptz AS before, ?::timestamptz AS settled, ?::timestamptz AS longest),
      present AS (
          SELECT md5(concat_ws('|',
                     (SELECT max(id) FROM port_policy_activation),
                     (SELECT string_agg(concat_ws(' ', network, port, verdict, extract(epoch FROM since)), ',' ORDER BY network, port)
                        FROM port_verdict),
                     (SELECT string_agg(concat_ws(' ', network, source, route, port, tls, state, extract(epoch FROM since)), ','
                                        ORDER BY network, source, route, port, tls)
                        FROM path_health WHERE target = '' AND family = ''))) AS facts)
      UPDATE autopilot_look l
         SET looked_at = args.now, facts = present.facts,
             changed_at = CASE WHEN l.facts <> present.facts THEN args.now ELSE l.changed_at END
        FROM args, present
       WHERE l.looked_at <= args.before
         AND (l.facts <> present.facts OR l.changed_at > args.settled OR l.looked_at <= args.longest)
      """;

  private LookTurn() {}

  /** Takes the look that is due; false if another node has, or there is nothing to see. */
  static boolean take(Database database, Instant now) {
    return database.inTransaction(
        connection ->
            Sql.update(
                    connection,
                    TAKE,
                    now,
                    now.minus(BETWEEN_LOOKS),
                    now.minus(UNTIL_SETTLED),
                    now.minus(WITHOUT_CHANGE))
                == 1);
  }
}
