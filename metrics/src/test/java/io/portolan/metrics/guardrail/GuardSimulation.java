package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * How often the default tests stop clean lists, and how soon they stop bad ones, by seeded runs.
 * Prints the table of docs/guardrails.md.
 */
final class GuardSimulation {
  private static final int GROUP = 25;

  /** A sending domain's messages to an ISP with a feedback loop in an hour, a week long. */
  private static final int IN_AN_HOUR = 1_000;

  private static final int HOURS = 7 * 24;

  /** A campaign's messages to an ISP in a minute, and for how many minutes. */
  private static final int IN_A_MINUTE = 1_000;

  private static final int MINUTES = 100;

  /** Minutes within which bounces come, and between which they are fetched. */
  private static final int LATEST = 30;

  private static final int FETCH = 10;
  private static final int FETCHES = (MINUTES + LATEST) / FETCH;

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
        print(out, run(test, rate, 5_000, 100_000, 1));
      }
    }
    out.println("all hard bounces late");
    SequentialTest bounces = GuardSettings.DEFAULT.test(Guard.HARD_BOUNCE).orElseThrow();
    for (double rate : new double[] {0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.5}) {
      print(out, late(bounces, rate, 5_000, 1));
    }
    out.println(Guard.COMPLAINT.id());
    for (double rate : new double[] {0.0003, 0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01}) {
      print(out, complaints(rate, 5_000, 1));
    }
  }

  private static void print(PrintStream out, Outcome outcome) {
    out.printf(
        Locale.ROOT,
        "| %.2f %% | %.2f %% | %s | %s | %s |%n",
        100 * outcome.rate(),
        100.0 * outcome.stopped() / outcome.runs(),
        outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,.0f", outcome.mean()),
        outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,d", outcome.p99()),
        outcome.stopped() == 0 ? "" : String.format(Locale.ROOT, "%,d", outcome.p999()));
  }

  /** Weeks at a rate of complaints that are known at once, looked at after each hour. */
  static Outcome complaints(double rate, int runs, long seed) {
    SequentialTest test = GuardSettings.DEFAULT.test(Guard.COMPLAINT).orElseThrow();
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> stops = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      SortedMap<Instant, Tally> hours = new TreeMap<>();
      while (hours.size() < HOURS) {
        int hits = 0;
        for (int each = 0; each < IN_AN_HOUR; each++) {
          hits += random.nextDouble() < rate ? 1 : 0;
        }
        hours.put(Instant.EPOCH.plus(Duration.ofHours(hours.size())), new Tally(IN_AN_HOUR, hits));
        if (ComplaintJudge.alarm(test, hours).isPresent()) {
          stops.add((long) hours.size() * IN_AN_HOUR);
          break;
        }
      }
    }
    return outcome(rate, runs, stops);
  }

  /**
   * Runs a test over lists of a rate; the score is taken and floored after each group of results.
   */
  static Outcome run(SequentialTest test, double rate, int runs, int messages, long seed) {
    Steps steps = test.steps();
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> stops = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      double score = 0;
      for (int sent = GROUP; sent <= messages; sent += GROUP) {
        for (int each = 0; each < GROUP; each++) {
          score += random.nextDouble() < rate ? steps.up() : steps.down();
        }
        score = Math.max(0, score);
        if (score >= test.alarm(sent)) {
          stops.add((long) sent);
          break;
        }
      }
    }
    return outcome(rate, runs, stops);
  }

  /**
   * Lists of a hundred thousand, of which all bounces come after acceptance, by up to half an hour,
   * and are fetched with others each ten minutes; the last when all is sent.
   */
  static Outcome late(SequentialTest test, double rate, int runs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> stops = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      // by the minute of sending and the fetch that brings them
      long[][] bounces = new long[MINUTES][FETCHES];
      for (int minute = 0; minute < MINUTES; minute++) {
        for (int each = 0; each < IN_A_MINUTE; each++) {
          if (random.nextDouble() < rate) {
            int comes = minute + 1 + random.nextInt(LATEST);
            bounces[minute][Math.min(FETCHES - 1, (comes - 1) / FETCH)]++;
          }
        }
      }
      for (int fetch = 0; fetch < FETCHES; fetch++) {
        int sent = Math.min(MINUTES, (fetch + 1) * FETCH);
        if (isAlarm(test, bounces, sent, fetch)) {
          stops.add((long) sent * IN_A_MINUTE);
          break;
        }
      }
    }
    return outcome(rate, runs, stops);
  }

  private static boolean isAlarm(SequentialTest test, long[][] bounces, int sent, int fetch) {
    SortedMap<Instant, Tally> minutes = new TreeMap<>();
    for (int minute = 0; minute < sent; minute++) {
      long known = LongStream.of(bounces[minute]).limit(fetch + 1L).sum();
      minutes.put(Instant.EPOCH.plus(Duration.ofMinutes(minute)), new Tally(IN_A_MINUTE, known));
    }
    SortedMap<String, LateBounceJudge.Sent> isps = new TreeMap<>();
    isps.put("isp", sent(test, minutes));
    return !new LateBounceJudge(test).judge(isps, sent(test, new TreeMap<>())).isEmpty();
  }

  private static LateBounceJudge.Sent sent(SequentialTest test, SortedMap<Instant, Tally> minutes) {
    return new LateBounceJudge.Sent(
        new LateBounceJudge.Standing(test.steps(), Instant.EPOCH, /* isApart= */ false), minutes);
  }

  private static Outcome outcome(double rate, int runs, List<Long> stops) {
    long[] sorted = stops.stream().mapToLong(Long::longValue).sorted().toArray();
    int stopped = sorted.length;
    return new Outcome(
        rate,
        runs,
        stopped,
        LongStream.of(sorted).average().orElse(0),
        stopped == 0 ? 0 : sorted[(int) Math.ceil(0.99 * stopped) - 1],
        stopped == 0 ? 0 : sorted[(int) Math.ceil(0.999 * stopped) - 1]);
  }
}
