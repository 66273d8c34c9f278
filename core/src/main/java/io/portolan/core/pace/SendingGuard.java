package io.portolan.core.pace;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The guard of warm-ups that reads the counts by the hour: too many deferrals, or complaints. What
 * could not be opened is no attempt and is in neither. Thread-safe; blocks for one statement.
 */
public final class SendingGuard implements WarmUpGuard {
  /** Of the attempts. Nobody publishes a figure; this is ours. */
  private static final double MOST_DEFERRED = 0.1;

  /** Of the accepted: Gmail asks for less than 0.1 % (support.google.com/a/answer/81126). */
  private static final double MOST_COMPLAINTS = 0.001;

  /** Fewer than these of either say nothing. */
  private static final long FEWEST = 3;

  private static final String COUNTS =
      """
      SELECT coalesce(sum(count) FILTER (WHERE outcome = 'deferred'), 0)::bigint AS deferred,
             coalesce(sum(count) FILTER (WHERE outcome IN ('accepted', 'deferred', 'bounced')), 0)::bigint AS attempts,
             coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0)::bigint AS accepted,
             coalesce(sum(count) FILTER (WHERE outcome = 'complaint'), 0)::bigint AS complaints
        FROM result_hour
       WHERE hour >= ? AND hour < ? AND route = ? AND source = ? AND platform = ?
      """;

  private final Database database;

  public SendingGuard(Database database) {
    this.database = database;
  }

  private record Counts(long deferred, long attempts, long accepted, long complaints) {}

  @Override
  public Optional<String> trips(
      String route, String source, String platform, Instant from, Instant to) {
    Counts counts =
        database.read(
            connection ->
                Sql.one(
                    connection,
                    COUNTS,
                    row ->
                        new Counts(
                            row.number("deferred"),
                            row.number("attempts"),
                            row.number("accepted"),
                            row.number("complaints")),
                    from,
                    to,
                    route,
                    source,
                    platform));
    return over("deferrals", counts.deferred(), counts.attempts(), MOST_DEFERRED)
        .or(() -> over("complaints", counts.complaints(), counts.accepted(), MOST_COMPLAINTS));
  }

  private static Optional<String> over(String what, long number, long of, double most) {
    return number >= FEWEST && number > most * of
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%d %s of %d, %.2f %%, above %.1f %%",
                number,
                what,
                of,
                100.0 * number / of,
                100 * most))
        : Optional.empty();
  }
}
