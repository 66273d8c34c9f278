package io.portolan.metrics.guardrail;

import io.portolan.metrics.guardrail.LateBounceJudge.Finding;
import io.portolan.metrics.guardrail.LateBounceJudge.Sent;
import io.portolan.metrics.guardrail.LateBounceJudge.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The bounces of a simulated campaign, which all come after acceptance and many at once. Not
 * thread-safe.
 */
final class LateBounces {
  private final SequentialTest test;
  private final int burst;
  private final Map<String, SortedMap<Instant, Tally>> known = new TreeMap<>();
  private final Map<String, SortedMap<Instant, Tally>> toCome = new TreeMap<>();

  /**
   * @param burst messages after which those that were sent until then bounce at once
   */
  LateBounces(SequentialTest test, int burst) {
    this.test = test;
    this.burst = burst;
  }

  /** A message was accepted. */
  void sent(int before, String isp, boolean bounces) {
    Instant minute =
        Instant.EPOCH.plus(Duration.ofMinutes((long) before * 60 / CampaignSimulation.HOUR));
    add(known, isp, minute, new Tally(1, 0));
    if (bounces) {
      add(toCome, isp, minute, new Tally(0, 1));
    }
  }

  /** What is to be held when so many were sent. */
  List<String> alarms(int sent, Collection<String> held) {
    if (sent % burst != 0) {
      return List.of();
    }
    toCome.forEach(
        (isp, minutes) -> minutes.forEach((minute, tally) -> add(known, isp, minute, tally)));
    toCome.clear();
    SortedMap<String, Sent> isps = new TreeMap<>();
    known.forEach((isp, minutes) -> isps.put(isp, of(minutes, held.contains(isp))));
    return new LateBounceJudge(test)
        .judge(isps, of(new TreeMap<>(), /* isApart= */ false)).stream().map(Finding::isp).toList();
  }

  private Sent of(SortedMap<Instant, Tally> minutes, boolean isApart) {
    return new Sent(new Standing(test.steps(), Instant.EPOCH, isApart), minutes);
  }

  private static void add(
      Map<String, SortedMap<Instant, Tally>> to, String isp, Instant minute, Tally tally) {
    to.computeIfAbsent(isp, _ -> new TreeMap<>()).merge(minute, tally, Tally::plus);
  }
}
