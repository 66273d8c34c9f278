package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How often the default tests stop clean lists, and how soon they stop bad ones, by seeded runs.
 * Prints the table of docs/guardrails.md.
 */
final class GuardSimulation {
  private static final int GROUP = 25;

  private GuardSimulation() {}

  /** What runs at one rate came to. */
  record Outcome(double rate, int runs, int stopped, double mean, long p99, long p999) {}

  public static void main(String[] arguments) {
    PrintStream out = System.out;
    for (Guard guard : List.of(Guard.HARD_BOUNCE, Guard.BLOCK)) {
      SequentialTest test = GuardSettings.DEFAULT.test(guard).orElseThrow();
      out.printf(
          Locale.ROOT,
          "%s: good %.1f %%, bad %.1f %%, alarm at %.2f, then %.2f%n",
          guard.id(),
          100 * test.good(),
          100 * test.bad(),
          test.alarm(1),
          test.alarm());
      for (double rate : new double[] {0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.5}) {
        Outcome outcome = run(test, rate, 5_000, 100_000, 1);
        out.printf(
            Locale.ROOT,
            "| %.1f %% | %.2f %% | %s | %s | %s |%n",
            100 * rate,
            100.0 * outcome.stopped() / outcome.runs(),
            outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,.0f", outcome.mean()),
            outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,d", outcome.p99()),
            outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,d", outcome.p999()));
      }
    }
  }

  /**
   * Runs a test over lists of a rate; the score is taken and floored after each group of results.
   */
  static Outcome run(SequentialTest test, double rate, int runs, int messages, long seed) {
    Steps steps = test.steps();
    SplittableRandom random = new SplittableRandom(seed);
    long[] stops = new long[runs];
    int stopped = 0;
    long sum = 0;
    for (int run = 0; run < runs; run++) {
      double score = 0;
      for (int sent = GROUP; sent <= messages; sent += GROUP) {
        for (int each = 0; each < GROUP; each++) {
          score += random.nextDouble() < rate ? steps.up() : steps.down();
        }
        score = Math.max(0, score);
        if (score >= test.alarm(sent)) {
          stops[stopped++] = sent;
          sum += sent;
          break;
        }
      }
    }
    long[] sorted = java.util.Arrays.stream(stops, 0, stopped).sorted().toArray();
    return new Outcome(
        rate,
        runs,
        stopped,
        stopped == 0 ? 0 : (double) sum / stopped,
        stopped == 0 ? 0 : sorted[(int) Math.ceil(0.99 * stopped) - 1],
        stopped == 0 ? 0 : sorted[(int) Math.ceil(0.999 * stopped) - 1]);
  }
}
