package io.portolan.metrics.guardrail;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.metrics.guardrail.ComplaintJudge.Counted;
import io.portolan.metrics.guardrail.ComplaintJudge.Finding;
import io.portolan.metrics.report.FeedbackLoops;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.ProvenLoops;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Tests complaints, which come days after the messages that they are about, and few at a time: of
 * all campaigns of a sending domain together, at each ISP and over all of them, and of each
 * campaign that runs, over a week. What a person has overridden is not counted again: the tests go
 * on with what was sent since. Thread-safe.
 */
public final class ComplaintWatch {
  /** How often to look. */
  public static final Duration EVERY = Duration.ofSeconds(30);

  private static final Duration POOL = Duration.ofDays(7);

  // of domains that have a running campaign; the campaign is 0 for those that do not run. The week
  // by itself, too, for the index. Mail about which no complaint would be heard is in neither
  // number
  private static final String COUNTED =
      """
      WITH args AS (SELECT ?::timestamptz AS since, ?::text[] AS loops, ?::text[] AS ways),
      running AS (SELECT id, sending_domain FROM campaign WHERE state = 'running'),
      overridden AS (
          SELECT c.sending_domain, h.isp, max(h.released_at) AS at
            FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id
           WHERE h.guard = 'complaint' AND h.released_at IS NOT NULL GROUP BY 1, 2)
      SELECT c.sending_domain, r.isp, coalesce(w.id, 0) AS campaign_id, r.hour,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'accepted'), 0) AS trials,
             coalesce(sum(r.count) FILTER (WHERE r.outcome = 'complaint'), 0) AS hits
        FROM args, result_hour r JOIN campaign c ON c.id = r.campaign_id
        LEFT JOIN running w ON w.id = c.id
        LEFT JOIN overridden whole ON whole.sending_domain = c.sending_domain AND whole.isp = ''
        LEFT JOIN overridden there ON there.sending_domain = c.sending_domain AND there.isp = r.isp
       WHERE r.hour > args.since AND r.hour > greatest(args.since, whole.at, there.at)
         AND r.outcome IN ('accepted', 'complaint') AND (CASE WHEN r.isp = ANY (args.loops) THEN r.isp ELSE r.platform END || ' ' || r.route) = ANY (args.ways)
         AND c.sending_domain IN (SELECT sending_domain FROM running)
       GROUP BY 1, 2, 3, 4
      """;

  // the domain null: of each
  private static final String OVERRIDES =
      """
      SELECT c.sending_domain, count(*) AS overrides
        FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id
       WHERE h.guard = 'complaint' AND h.released_at IS NOT NULL AND (?::text IS NULL OR c.sending_domain = ?)
       GROUP BY 1
      """;

  private static final String RUNNING =
      "SELECT id FROM campaign WHERE state = 'running' AND sending_domain = ? ORDER BY id";

  private final Database database;
  private final Optional<SequentialTest> test;
  private final LoopProof loops;
  private final InstantSource clock;
  private final LongConsumer onAlarm;

  /**
   * @param loops from where complaints come back
   * @param onAlarm told the id of each campaign of which something is to stop
   */
  public ComplaintWatch(
      Database database,
      GuardSettings settings,
      LoopProof loops,
      InstantSource clock,
      LongConsumer onAlarm) {
    this.database = database;
    this.loops = loops;
    test = settings.test(Guard.COMPLAINT);
    this.clock = clock;
    this.onAlarm = onAlarm;
  }

  private record OfDomain(String domain, Counted counted) {}

  /**
   * A sending domain that is judged.
   *
   * @param overrides of complaints about it, before they were counted
   */
  private record Judged(String domain, long overrides) {}

  /**
   * Looks now, and holds where complaints are too many. Where a person overrides meanwhile nothing
   * is held by the old counts, and the next look decides.
   */
  public void look() {
    test.ifPresent(this::look);
  }

  private void look(SequentialTest complaints) {
    Map<String, Long> overrides =
        database.read(connection -> overrides(connection, Optional.empty()));
    counted()
        .forEach(
            (domain, counted) -> {
              Judged judged = new Judged(domain, overrides.getOrDefault(domain, 0L));
              new ComplaintJudge(complaints)
                  .judge(counted)
                  .forEach(finding -> hold(complaints, judged, finding));
            });
  }

  private static Map<String, Long> overrides(Connection connection, Optional<String> domain)
      throws SQLException {
    return Sql.list(
            connection,
            OVERRIDES,
            row -> Map.entry(row.text("sending_domain"), row.number("overrides")),
            domain,
            domain)
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private Map<String, List<Counted>> counted() {
    ProvenLoops proven = loops.read(database);
    return database
        .read(
            connection ->
                Sql.list(
                    connection,
                    COUNTED,
                    ComplaintWatch::counted,
                    clock.instant().minus(POOL),
                    FeedbackLoops.builtIn().ids(),
                    proven.written()))
        .stream()
        .collect(
            Collectors.groupingBy(
                OfDomain::domain, Collectors.mapping(OfDomain::counted, Collectors.toList())));
  }

  /** Holds what was found, in each campaign at once. */
  private void hold(SequentialTest complaints, Judged judged, Finding finding) {
    Instant now = clock.instant();
    String domain = judged.domain();
    List<Long> held =
        database.inTransaction(
            connection -> {
              HoldStore.lockDomain(connection, domain);
              long overrides = overrides(connection, Optional.of(domain)).getOrDefault(domain, 0L);
              List<Long> added = new ArrayList<>();
              if (overrides != judged.overrides()) {
                return added;
              }
              for (Hold hold : holds(connection, complaints, domain, finding, now)) {
                if (HoldStore.add(connection, hold)) {
                  added.add(hold.campaignId());
                }
              }
              return added;
            });
    held.forEach(onAlarm::accept);
  }

  private static List<Hold> holds(
      Connection connection, SequentialTest complaints, String domain, Finding finding, Instant now)
      throws SQLException {
    return switch (finding) {
      case Finding.OfDomain(String isp, String seenAt, HitRun run) -> {
        String reason =
            reason(complaints, seenAt.isEmpty() ? domain : domain + " at " + seenAt, run);
        yield Sql.list(connection, RUNNING, row -> row.number("id"), domain).stream()
            .map(campaign -> hold(campaign, isp, domain, run, reason, now))
            .toList();
      }
      case Finding.OfCampaign(long campaign, HitRun run) ->
          List.of(
              hold(campaign, "", "", run, reason(complaints, "this mail of " + domain, run), now));
    };
  }

  private static Hold hold(
      long campaign, String isp, String domain, HitRun run, String reason, Instant now) {
    return new Hold(
        campaign,
        isp,
        domain,
        Guard.COMPLAINT.id(),
        run.tally().trials(),
        run.tally().hits(),
        reason,
        now,
        Optional.empty(),
        "",
        "");
  }

  private static String reason(SequentialTest complaints, String about, HitRun run) {
    return "complaints about %s within a week, %s".formatted(about, run.tally().words(complaints));
  }

  private static OfDomain counted(Row row) throws SQLException {
    return new OfDomain(
        row.text("sending_domain"),
        new Counted(
            row.text("isp"),
            row.number("campaign_id"),
            row.instant("hour"),
            new Tally(row.number("trials"), row.number("hits"))));
  }
}
