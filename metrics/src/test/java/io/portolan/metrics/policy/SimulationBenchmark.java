package io.portolan.metrics.policy;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Measures how long a day's simulation takes, and beside it one plain count of the day's attempts
 * by path, which is the least that reads them. Arguments: attempts (default 1,000,000).
 */
final class SimulationBenchmark {
  private static final PrintStream OUT = System.out;
  private static final Instant DAY = Instant.parse("2026-11-24T00:00:00Z");
  private static final int ISPS = 40;
  private static final int ROUNDS = 5;

  private SimulationBenchmark() {}

  public static void main(String[] arguments) {
    int attempts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    try (TestDatabase postgres = TestDatabase.create()) {
      record(postgres, attempts);
      PolicySimulator simulator = new PolicySimulator(postgres.database());
      Path direct = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
      Path relay = new Path("ses", 587, TlsMode.STARTTLS);
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        Simulation simulation =
            simulator.simulate(
                1, policy(direct, relay), policy(relay, direct), DAY, DAY.plus(Duration.ofDays(1)));
        double seconds = seconds(start);
        start = System.nanoTime();
        postgres.number(
            "SELECT count(*) FROM (SELECT route, port, count(*) FROM attempt GROUP BY 1, 2) paths");
        double plain = seconds(start);
        OUT.printf(
            "simulation %.2f s, plain count of attempts by path %.2f s, ratio %.1f; %,d deliveries, %d rows%n",
            seconds,
            plain,
            seconds / plain,
            simulation.draft().deliveries(),
            simulation.paths().size());
      }
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static PortPolicy policy(Path... paths) {
    return new PortPolicy(List.of(PolicyRule.of(PolicyRule.ANY, paths)));
  }

  /**
   * Attempts spread over a day's minutes and ISPs; a path that closes and opens every half hour.
   */
  private static void record(TestDatabase postgres, int attempts) {
    Object day = DAY.atOffset(ZoneOffset.UTC);
    postgres.execute(
        """
        INSERT INTO attempt (at, delivery_id, number, campaign_id, batch_id, epoch, policy_version, port, open_millis,
                             exchange_millis, isp, platform, rule, decision, route, tls, host, peer, phase, outcome, reply)
        SELECT ?::timestamptz + make_interval(secs => (n - 1)::float8 * 86400 / ?), n, 1, 1, n / 500, 1, 1,
               CASE WHEN n % 2 = 0 THEN 25 ELSE 587 END, CASE WHEN n % 50 < 2 THEN 180 ELSE 0 END, 90, 'isp' || n % ?,
               'isp' || n % ?, '*', 'direct:25 open', CASE WHEN n % 2 = 0 THEN 'direct' ELSE 'ses' END,
               CASE WHEN n % 2 = 0 THEN 'opportunistic' ELSE 'starttls' END, 'mx1.example.net', '192.0.2.1', 'DOT',
               'accepted', '2.0.0 Ok: queued'
          FROM generate_series(1, ?) n
        """,
        day, attempts, ISPS, ISPS, attempts);
    postgres.execute(
        """
        INSERT INTO result_rollup
        SELECT date_trunc('minute', at), campaign_id, isp, platform, route, port, tls, 'accepted', '', count(*)
          FROM attempt GROUP BY 1, 2, 3, 4, 5, 6, 7
        """);
    postgres.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        SELECT ?::timestamptz + make_interval(mins => 30 * n), 'net', 'direct', '', 25, 'opportunistic', 'open',
               CASE WHEN n % 2 = 0 THEN 'open' ELSE 'blocked' END, 'look', '', '', 'a'
          FROM generate_series(0, 47) n
        """,
        day);
    postgres.execute("ANALYZE");
  }
}
