package io.portolan.core.pace;

import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The guard of warm-ups that reads the counts by the hour: too many deferrals, or complaints, or so
 * few messages that the platform has not seen the step's volume. What could not be opened is no
 * attempt and is in none. Thread-safe; blocks for one statement.
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
      SELECT coalesce(sum(deferred), 0)::bigint AS deferred,
             coalesce(sum(attempts), 0)::bigint AS attempts,
             coalesce(max(attempts), 0)::bigint AS most_attempts,
             coalesce(sum(accepted), 0)::bigint AS accepted,
             coalesce(sum(complaints), 0)::bigint AS complaints
        FROM (SELECT sum(count) FILTER (WHERE outcome = 'deferred') AS deferred,
                     sum(count) FILTER (WHERE outcome IN ('accepted', 'deferred', 'bounced')) AS attempts,
                     sum(count) FILTER (WHERE outcome = 'accepted') AS accepted,
                     sum(count) FILTER (WHERE outcome = 'complaint') AS complaints
                FROM result_hour
               WHERE hour >= ? AND hour < ? AND route = ? AND source = ? AND platform = ?
               GROUP BY hour) AS by_hour
      """;

  private final Database database;

  public SendingGuard(Database database) {
    this.database = database;
  }

  /**
   * @param mostAttempts of an hour
   */
  private record Counts(
      long deferred, long attempts, long mostAttempts, long accepted, long complaints) {}

  @Override
  public Optional<String> trips(
      String route, String source, String platform, Instant from, Instant to, Cap step) {
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
                            row.number("most_attempts"),
                            row.number("accepted"),
                            row.number("complaints")),
                    from,
                    to,
                    route,
                    source,
                    platform));
    return over("deferrals", counts.deferred(), counts.attempts(), MOST_DEFERRED)
        .or(() -> over("complaints", counts.complaints(), counts.accepted(), MOST_COMPLAINTS))
        .or(() -> tooFew(counts, step));
  }

  /** By the hour where the step is: one hour that was full shows what a platform makes of it. */
  private static Optional<String> tooFew(Counts counts, Cap step) {
    boolean isByHour = step.span() == Span.HOUR;
    long offered = isByHour ? counts.mostAttempts() : counts.attempts();
    return 2 * offered < step.messages()
        ? Optional.of(
            "%d offered%s, fewer than half of %s"
                .formatted(offered, isByHour ? " in the busiest hour" : "", step))
        : Optional.empty();
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
