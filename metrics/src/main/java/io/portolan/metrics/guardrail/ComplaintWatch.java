package io.portolan.metrics.guardrail;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.metrics.report.FeedbackLoops;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Tests complaints, which come days after the messages that they are about, and few at a time: of
 * all campaigns of a sending domain together, over a week. What a person has overridden is not
 * counted again: the test goes on with what was sent since. Thread-safe.
 */
public final class ComplaintWatch {
  /** How often to look. */
  public static final Duration EVERY = Duration.ofSeconds(30);

  private static final Duration POOL = Duration.ofDays(7);

  /** One complaint, or two, are an accident. */
  private static final long FEWEST = 3;

  private static final String POOLED =
      """
      WITH args AS (SELECT ?::timestamptz AS since, ?::text[] AS loops),
      overridden AS (
          SELECT c.sending_domain, max(h.released_at) AS at
            FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id
           WHERE h.guard = 'complaint' AND h.released_at IS NOT NULL GROUP BY 1),
      pooled AS (
          SELECT c.sending_domain, coalesce(sum(r.count) FILTER (WHERE r.outcome = 'accepted'), 0) AS trials,
                 coalesce(sum(r.count) FILTER (WHERE r.outcome = 'complaint'), 0) AS hits
            FROM args, result_hour r JOIN campaign c ON c.id = r.campaign_id
            LEFT JOIN overridden o ON o.sending_domain = c.sending_domain
           WHERE r.hour > greatest(args.since, o.at) AND r.outcome IN ('accepted', 'complaint')
             AND (r.isp = ANY (args.loops) OR r.platform = ANY (args.loops))
           GROUP BY 1)
      SELECT c.id, p.sending_domain, p.trials, p.hits
        FROM pooled p JOIN campaign c ON c.sending_domain = p.sending_domain AND c.state = 'running'
       WHERE p.hits >= ?
      """;

  private final Database database;
  private final Optional<SequentialTest> test;
  private final InstantSource clock;
  private final LongConsumer onAlarm;

  /**
   * @param onAlarm told the id of each campaign that is to stop
   */
  public ComplaintWatch(
      Database database, GuardSettings settings, InstantSource clock, LongConsumer onAlarm) {
    this.database = database;
    test = settings.test(Guard.COMPLAINT);
    this.clock = clock;
    this.onAlarm = onAlarm;
  }

  private record Pooled(long campaignId, String domain, long trials, long hits) {}

  /**
   * Looks now, and holds the running campaigns of sending domains whose complaints are too many.
   */
  public void look() {
    test.ifPresent(
        complaints -> {
          Instant now = clock.instant();
          for (Pooled pooled : pooled(now)) {
            Steps steps = complaints.steps();
            double sum =
                pooled.hits() * steps.up() + (pooled.trials() - pooled.hits()) * steps.down();
            if (sum >= complaints.alarmOfTotals() && add(pooled, complaints, now)) {
              onAlarm.accept(pooled.campaignId());
            }
          }
        });
  }

  private List<Pooled> pooled(Instant now) {
    return database.read(
        connection ->
            Sql.list(
                connection,
                POOLED,
                ComplaintWatch::pooled,
                now.minus(POOL),
                FeedbackLoops.builtIn().ids(),
                FEWEST));
  }

  private boolean add(Pooled pooled, SequentialTest complaints, Instant now) {
    Rate rate = Rate.of(Math.min(pooled.hits(), pooled.trials()), pooled.trials());
    Hold hold =
        new Hold(
            pooled.campaignId(),
            "",
            Guard.COMPLAINT.id(),
            pooled.trials(),
            pooled.hits(),
            "complaints about %s within a week, %s of %s: %s, where %s is usual and %s too many"
                .formatted(
                    pooled.domain(),
                    Figures.number(pooled.hits()),
                    Figures.number(pooled.trials()),
                    Figures.share(rate.value(), rate.low(), rate.high()),
                    Figures.percent(complaints.good()),
                    Figures.percent(complaints.bad())),
            now,
            Optional.empty(),
            "",
            "");
    return database.inTransaction(connection -> HoldStore.add(connection, hold));
  }

  private static Pooled pooled(Row row) throws SQLException {
    return new Pooled(
        row.number("id"), row.text("sending_domain"), row.number("trials"), row.number("hits"));
  }
}
