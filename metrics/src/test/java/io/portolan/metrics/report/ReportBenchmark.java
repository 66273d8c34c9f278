package io.portolan.metrics.report;

import io.portolan.core.database.TestDatabase;
import io.portolan.metrics.report.Breakdown.Dimension;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/**
 * Measures reports over the rollups of ten million attempts: 20 campaigns of 500,000 within 30
 * days, each sent in four hours to 30 ISPs over two paths.
 */
final class ReportBenchmark {
  private static final PrintStream OUT = System.out;
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant END = START.plus(Duration.ofDays(30));
  private static final int ROUNDS = 5;

  private ReportBenchmark() {}

  public static void main(String[] arguments) {
    try (TestDatabase postgres = TestDatabase.create()) {
      seed(postgres);
      long attempts =
          postgres.number(
              "SELECT sum(count) FROM result_hour WHERE outcome IN ('accepted', 'bounced', 'deferred')");
      OUT.printf(
          "%,d attempts, %,d rows a minute, %,d rows an hour%n",
          attempts,
          postgres.number("SELECT count(*) FROM result_rollup"),
          postgres.number("SELECT count(*) FROM result_hour"));
      ReportStore reports = new ReportStore(postgres.database(), InstantSource.fixed(END));
      BreakdownStore breakdowns = new BreakdownStore(postgres.database());
      Span span = Span.of(START, END);
      for (int round = 0; round < ROUNDS; round++) {
        OUT.printf(
            "campaign %.0f ms, span of 30 days %.0f ms, rates by ISP and route %.0f ms, by sending domain %.0f ms%n",
            millis(() -> reports.ofCampaign(1)),
            millis(() -> reports.ofSpan(START, END)),
            millis(() -> breakdowns.of(span, List.of(Dimension.ISP, Dimension.ROUTE), Map.of())),
            millis(() -> breakdowns.of(span, List.of(Dimension.DOMAIN), Map.of())));
      }
    }
  }

  private static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static void seed(TestDatabase postgres) {
    Object start = START.atOffset(ZoneOffset.UTC);
    postgres.execute(
        """
        INSERT INTO campaign (name, state, content)
        SELECT 'campaign ' || c, 'finished', jsonb_build_object('fromAddress', 'a@d' || c % 3 || '.test')
          FROM generate_series(1, 20) c
        """);
    postgres.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, encryption, outcome, category, count)
        SELECT c, ?::timestamptz + make_interval(hours => 36 * (c - 1), mins => m), 'isp' || i, 'isp' || i,
               CASE WHEN p = 0 THEN 'direct' ELSE 'ses' END, CASE WHEN p = 0 THEN 25 ELSE 587 END, 'starttls', 'tls',
               o.outcome, o.category, o.count
          FROM generate_series(1, 20) c, generate_series(0, 239) m, generate_series(1, 30) i, generate_series(0, 1) p,
               (VALUES ('accepted', '', 32), ('bounced', 'bad-mailbox', 1), ('deferred', 'rate-limited', 2))
               AS o (outcome, category, count)
        """,
        start);
    postgres.execute(
        """
        INSERT INTO accept_time_rollup (campaign_id, minute, isp, route, port, tls, bucket, count)
        SELECT c, ?::timestamptz + make_interval(hours => 36 * (c - 1), mins => m), 'isp' || i, 'direct', 25, 'starttls', b, 8
          FROM generate_series(1, 20) c, generate_series(0, 239) m, generate_series(1, 30) i, generate_series(40, 43) b
        """,
        start);
    postgres.execute(
        """
        INSERT INTO reply_hour (hour, campaign_id, isp, code, enhanced, category, outcome, sample, count)
        SELECT hour, campaign_id, isp, 450, '4.7.0', category, outcome, 'slow down', sum(count)
          FROM result_hour WHERE outcome <> 'accepted' GROUP BY 1, 2, 3, 6, 7
        """);
    postgres.execute("ANALYZE");
  }
}
