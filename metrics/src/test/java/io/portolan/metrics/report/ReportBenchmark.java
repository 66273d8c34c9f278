package io.portolan.metrics.report;

import io.portolan.core.database.AtOnce;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseSettings;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.relay.RelayStore;
import io.portolan.metrics.comparison.Comparer;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.reputation.Reputation.Filter;
import io.portolan.metrics.reputation.ReputationReader;
import io.portolan.metrics.reputation.ReputationStore;
import io.portolan.metrics.reputation.Thresholds;
import io.portolan.metrics.reputation.Window;
import io.portolan.metrics.seed.SeedPlan;
import io.portolan.metrics.seed.Seeder;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Measures reports over ten million attempts, or as many as the first argument says: 40 campaigns
 * within 60 days, each sent in four hours to 30 ISPs over two paths. Or, by the arguments {@code
 * jdbc:postgresql://… END}, over the 60 days until then of a database that {@code portolan bench
 * seed} has filled.
 */
final class ReportBenchmark {
  private static final PrintStream OUT = System.out;
  private static final Instant END = Instant.parse("2026-12-01T00:00:00Z");
  private static final long ATTEMPTS = 10_000_000;
  private static final int CAMPAIGNS = 40;
  private static final int DAYS = 60;
  private static final int MONTH = 30;
  private static final int ROUNDS = 6;

  private ReportBenchmark() {}

  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].startsWith("jdbc:")) {
      try (Database database =
          Database.open(
              new DatabaseSettings(arguments[0], "postgres", "", 4, Duration.ofSeconds(10)))) {
        measure(database, Instant.parse(arguments[1]));
      }
      return;
    }
    long attempts = arguments.length == 0 ? ATTEMPTS : Long.parseLong(arguments[0]);
    SeedPlan plan = new SeedPlan(attempts, CAMPAIGNS, DAYS, END);
    try (TestDatabase postgres = TestDatabase.create()) {
      OUT.printf(
          "seeded in %.0f s%n",
          millis(() -> new Seeder(postgres.database()).seed(plan, _ -> {})) / 1000);
      measure(postgres.database(), END);
    }
  }

  private static void measure(Database database, Instant end) {
    Instant start = end.minus(Duration.ofDays(MONTH));
    Instant before = start.minus(Duration.ofDays(MONTH));
    InstantSource clock = InstantSource.fixed(end);
    ReportStore reports = new ReportStore(database, clock, LoopProof.byComplaints());
    BreakdownStore breakdowns = new BreakdownStore(database, LoopProof.byComplaints());
    PortVerdictStore verdicts = new PortVerdictStore(database, "default");
    ReputationReader reputations =
        new ReputationReader(
            new ReputationStore(database, LoopProof.byComplaints()),
            new DnsHealthStore(database, "default"),
            new RelayStore(database, clock),
            Thresholds.builtIn());
    Span span = Span.of(start, end);
    for (int round = 0; round < ROUNDS; round++) {
      OUT.printf(
          "campaign %.0f ms, span of %d days %.0f ms, rates by ISP and route %.0f ms, by sending domain %.0f ms,"
              + " comparison of two such spans %.0f ms, ports %.0f ms, one ISP %.0f ms, reputation of %d days %.0f ms%n",
          millis(() -> reports.ofCampaign(1)),
          MONTH,
          millis(() -> reports.ofSpan(start, end)),
          millis(() -> breakdowns.of(span, List.of(Dimension.ISP, Dimension.ROUTE), Map.of())),
          millis(() -> breakdowns.of(span, List.of(Dimension.DOMAIN), Map.of())),
          millis(
              () ->
                  AtOnce.read(
                      () -> reports.ofSpan(before, start),
                      () -> reports.ofSpan(start, end),
                      Comparer::compare)),
          millis(() -> PortReport.read(reports, breakdowns, verdicts, span)),
          millis(() -> IspDetail.read(reports, breakdowns, "gmail", span)),
          DAYS,
          millis(() -> reputations.read(Filter.ALL, Window.MONTH, end)));
    }
    OUT.printf("%,d attempts%n", reports.ofSpan(before, end).total().attempts());
  }

  private static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
