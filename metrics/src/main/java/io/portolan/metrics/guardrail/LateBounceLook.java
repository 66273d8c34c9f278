package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore;
import io.portolan.metrics.guardrail.LateBounceJudge.Finding;
import io.portolan.metrics.guardrail.LateBounceJudge.Sent;
import io.portolan.metrics.guardrail.LateBounceJudge.Standing;
import io.portolan.metrics.guardrail.LateBounceStore.Count;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A look at the bounces of a campaign within a transaction.
 *
 * @param guards what is in force for the campaign
 */
record LateBounceLook(Connection connection, long campaignId, GuardSettings guards, Instant now) {
  /** Bounces come within some days, or never. */
  private static final Duration POOL = Duration.ofDays(7);

  /** Minutes of ISPs that are read at most, about; what was sent before is read by hours. */
  private static final int MOST_MINUTES = 10_000;

  private static final int MOST_HOURS_BY_MINUTES = 24;

  private static final int MINUTES_OF_AN_HOUR = 60;

  /** Since when what was sent counts. */
  static Instant since(Instant now) {
    return now.minus(POOL).truncatedTo(ChronoUnit.HOURS);
  }

  /**
   * Where bounces are too many.
   *
   * @param isApart whether the ISP counts for itself alone already
   */
  record Alarm(GuardStore.Key key, SequentialTest test, HitRun run, boolean isApart) {}

  /**
   * What is to be held. Where it may be something, nobody overrides and no other node judges until
   * the transaction ends.
   */
  List<Alarm> alarms() throws SQLException {
    Set<String> named = new TreeSet<>();
    Set<Guard> suspects = suspects(named);
    if (suspects.isEmpty()) {
      return List.of();
    }
    HoldStore.lockDomainOf(connection, campaignId);
    Map<GuardStore.Key, Standing> standings =
        LateBounceStore.standings(connection, campaignId, named);
    standings.keySet().stream()
        .map(GuardStore.Key::isp)
        .filter(isp -> !isp.isEmpty())
        .forEach(named::add);
    int hours =
        Math.min(MOST_HOURS_BY_MINUTES, MOST_MINUTES / MINUTES_OF_AN_HOUR / (named.size() + 1));
    Instant byMinutes = now.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours));
    List<Count> counts =
        LateBounceStore.byTime(connection, campaignId, since(now), byMinutes, named);
    List<Alarm> alarms = new ArrayList<>();
    for (Guard guard : suspects) {
      alarms.addAll(alarms(guard, counts, standings));
    }
    return alarms;
  }

  /**
   * The guards of which hits are so many that they would be an alarm if they had come one after
   * another: without them there is nothing to read by minutes.
   *
   * @param named gets the ISPs of which that is so
   */
  private Set<Guard> suspects(Set<String> named) throws SQLException {
    List<Count> counts = LateBounceStore.byIsp(connection, campaignId, since(now));
    Set<Guard> suspects = EnumSet.noneOf(Guard.class);
    for (Map.Entry<Guard, SequentialTest> each : guards.tests().entrySet()) {
      double fewest = each.getValue().alarm() / each.getValue().steps().up();
      Map<String, Long> hits = new HashMap<>();
      for (Count count : counts) {
        hits.merge(count.isp(), count.tally(each.getKey()).hits(), Long::sum);
      }
      hits.forEach(
          (isp, ofIsp) -> {
            if (ofIsp >= fewest) {
              named.add(isp);
              suspects.add(each.getKey());
            }
          });
      if (hits.values().stream().mapToLong(Long::longValue).sum() >= 2 * fewest) {
        suspects.add(each.getKey());
      }
    }
    return suspects;
  }

  private List<Alarm> alarms(
      Guard guard, List<Count> counts, Map<GuardStore.Key, Standing> standings) {
    SequentialTest test = guards.test(guard).orElseThrow();
    Map<String, SortedMap<Instant, Tally>> spans = new HashMap<>();
    for (Count count : counts) {
      spans
          .computeIfAbsent(count.isp(), _ -> new TreeMap<>())
          .merge(count.at(), count.tally(guard), Tally::plus);
    }
    Function<String, Sent> sent =
        isp ->
            new Sent(
                standings.getOrDefault(
                    new GuardStore.Key(campaignId, isp, guard),
                    new Standing(test.steps(), Instant.EPOCH, /* isApart= */ false)),
                spans.getOrDefault(isp, new TreeMap<>()));
    SortedMap<String, Sent> isps = new TreeMap<>();
    spans.keySet().stream()
        .filter(isp -> !isp.isEmpty())
        .forEach(isp -> isps.put(isp, sent.apply(isp)));
    return new LateBounceJudge(test)
        .judge(isps, sent.apply("")).stream().map(finding -> alarm(guard, test, finding)).toList();
  }

  private Alarm alarm(Guard guard, SequentialTest test, Finding finding) {
    return new Alarm(
        new GuardStore.Key(campaignId, finding.isp(), guard),
        test,
        finding.run(),
        finding.isApart());
  }
}
