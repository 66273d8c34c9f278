package io.portolan.metrics.guardrail;

import io.portolan.metrics.guardrail.ComplaintJudge.Finding;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A campaign to several ISPs under all guards at once, as they are by default: judged by the
 * classes that judge real mail, with the tests in memory.
 */
final class CampaignSimulation {
  private static final int GROUP = 25;

  /** Messages sent in an hour. */
  static final int HOUR = 5_000;

  private static final long CAMPAIGN = 1;

  /** Where a whole campaign is held. */
  static final String ALL = "";

  /** An ISP, and what it makes of the campaign. */
  record Isp(String name, double hardBounces, double blocks, double complaints) {}

  /** What was offered to each ISP, and what was held. */
  record Outcome(Map<String, Integer> offered, Set<String> held) {}

  private final List<Isp> isps;
  private final Optional<LateBounces> late;
  private final SplittableRandom random;
  private final GuardJudge guards =
      new GuardJudge(new RememberedTests(CampaignSimulation::test), CampaignSimulation::test);
  private final ComplaintJudge complaints = new ComplaintJudge(test(Guard.COMPLAINT));
  private final List<ComplaintJudge.Counted> accepted = new ArrayList<>();
  private final Map<String, Tally> present = new TreeMap<>();
  private final Map<String, Integer> offered = new TreeMap<>();
  private final Set<String> held = new TreeSet<>();

  private CampaignSimulation(List<Isp> isps, Optional<LateBounces> late, long seed) {
    this.isps = isps;
    this.late = late;
    random = new SplittableRandom(seed);
  }

  private static SequentialTest test(GuardStore.Key key) {
    return test(key.guard());
  }

  private static SequentialTest test(Guard guard) {
    return GuardSettings.DEFAULT.test(guard).orElseThrow();
  }

  /** Prints what docs/guardrails.md says of lists whose bounces all come late. */
  public static void main(String[] arguments) throws SQLException {
    for (double rate : new double[] {0.01, 0.02, 0.12}) {
      for (int burst : new int[] {500, 5_000, 100_000}) {
        int stopped = 0;
        int most = 0;
        Set<String> places = new TreeSet<>();
        for (long seed = 1; seed <= 20; seed++) {
          List<Isp> isps = new ArrayList<>();
          for (int isp = 0; isp < 10; isp++) {
            double ofIsp = rate > 0.1 && isp > 0 ? 0.01 : rate;
            isps.add(new Isp("isp" + isp, ofIsp, 0.01, 0.0005));
          }
          Outcome outcome = runLate(isps, 100_000, burst, seed);
          stopped += outcome.held().isEmpty() ? 0 : 1;
          places.addAll(outcome.held());
          most = Math.max(most, outcome.offered().getOrDefault("isp0", 0));
        }
        System.out.printf(
            Locale.ROOT,
            "%.0f %% late, in bursts after %,d: %d of 20 lists stopped, at %s; to the first ISP %,d at most%n",
            100 * rate,
            burst,
            stopped,
            places,
            most);
      }
    }
  }

  /** All hard bounces are known at once. */
  static Outcome run(List<Isp> isps, int recipients, long seed) throws SQLException {
    return new CampaignSimulation(isps, Optional.empty(), seed).run(recipients);
  }

  /**
   * All hard bounces come after acceptance.
   *
   * @param burst messages after which those that were sent until then bounce at once
   */
  static Outcome runLate(List<Isp> isps, int recipients, int burst, long seed) throws SQLException {
    return new CampaignSimulation(
            isps, Optional.of(new LateBounces(test(Guard.HARD_BOUNCE), burst)), seed)
        .run(recipients);
  }

  private Outcome run(int recipients) throws SQLException {
    Instant time = Instant.EPOCH;
    for (int sent = 0; sent < recipients && !held.contains(ALL); sent += GROUP) {
      group(sent);
      if (sent % HOUR == 0) {
        hour(time);
        time = time.plus(Duration.ofHours(1));
      }
      int after = sent + GROUP;
      late.ifPresent(bounces -> held.addAll(bounces.alarms(after, held)));
    }
    return new Outcome(offered, held);
  }

  private void group(int sent) throws SQLException {
    Map<GuardStore.Key, Tally> counts = new TreeMap<>(GuardStore.Key.ORDER);
    for (int each = 0; each < GROUP; each++) {
      Isp isp = isps.get(random.nextInt(isps.size()));
      if (held.contains(isp.name())) {
        continue;
      }
      offered.merge(isp.name(), 1, Integer::sum);
      boolean isBounced = random.nextDouble() < isp.hardBounces();
      boolean isRefused = isBounced && late.isEmpty();
      boolean isBlocked = !isBounced && random.nextDouble() < isp.blocks();
      count(counts, Guard.BLOCK, isp, isBlocked);
      if (!isBlocked) {
        late.ifPresent(bounces -> bounces.sent(sent, isp.name(), isBounced));
        count(counts, Guard.HARD_BOUNCE, isp, isRefused);
      }
      if (!isBlocked && !isBounced) {
        boolean isComplaint = random.nextDouble() < isp.complaints();
        present.merge(isp.name(), new Tally(1, isComplaint ? 1 : 0), Tally::plus);
      }
    }
    guards.judge(counts).alarms().forEach(alarm -> held.add(alarm.key().isp()));
  }

  private static void count(
      Map<GuardStore.Key, Tally> counts, Guard guard, Isp isp, boolean isHit) {
    counts.merge(new GuardStore.Key(CAMPAIGN, isp.name(), guard), Tally.one(isHit), Tally::plus);
  }

  private void hour(Instant time) {
    present.forEach(
        (isp, count) -> accepted.add(new ComplaintJudge.Counted(isp, CAMPAIGN, time, count)));
    present.clear();
    for (Finding finding : complaints.judge(accepted)) {
      held.add(
          switch (finding) {
            case Finding.OfDomain(String isp, String _, HitRun _) -> isp;
            case Finding.OfCampaign _ -> ALL;
          });
    }
  }
}
