package io.portolan.metrics.guardrail;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Decides where complaints about a sending domain are too many. */
record ComplaintJudge(SequentialTest test) {
  /*
   * One ISP alone is held where it is known that the others' complaints are few. Where that is not
   * known, as where none of the others has told a complaint yet, what one tells is taken for what
   * all think.
   */

  /** One complaint, or two, are an accident. */
  private static final long FEWEST = 3;

  /**
   * What was counted in an hour at an ISP.
   *
   * @param campaignId 0 for all campaigns of the domain that do not run
   */
  record Counted(String isp, long campaignId, Instant hour, Tally count) {}

  /** What is to be held. */
  sealed interface Finding {
    /** The hours that show it. */
    HitRun run();

    /**
     * All mail of the domain.
     *
     * @param isp to which; empty for all mail
     * @param seenAt the ISP of which the hours are; empty for those of all ISPs
     */
    record OfDomain(String isp, String seenAt, HitRun run) implements Finding {}

    /** A campaign as a whole, among others of its domain that are well taken. */
    record OfCampaign(long campaignId, HitRun run) implements Finding {}
  }

  /**
   * Judges what was counted within a week of all mail of a sending domain about which complaints
   * would be heard.
   */
  List<Finding> judge(List<Counted> counted) {
    SortedMap<String, HitRun> alarms = new TreeMap<>();
    for (String isp : counted.stream().map(Counted::isp).distinct().toList()) {
      alarm(counted, each -> each.isp().equals(isp)).ifPresent(run -> alarms.put(isp, run));
    }
    Predicate<Counted> isOther = each -> !alarms.containsKey(each.isp());
    boolean isAlarmOfOthers = alarm(counted, isOther).isPresent();
    double others =
        counted.stream().filter(isOther).mapToDouble(each -> each.count().sum(test.steps())).sum();
    if (isAlarmOfOthers || (!alarms.isEmpty() && others > test.settled())) {
      return List.of(
          alarm(counted, _ -> true)
              .map(ofAll -> new Finding.OfDomain("", "", ofAll))
              .orElseGet(
                  () -> {
                    String isp = alarms.firstKey();
                    return new Finding.OfDomain("", isp, Objects.requireNonNull(alarms.get(isp)));
                  }));
    }
    List<Finding> findings = new ArrayList<>();
    alarms.forEach((isp, run) -> findings.add(new Finding.OfDomain(isp, isp, run)));
    counted.stream()
        .map(Counted::campaignId)
        .filter(id -> id != 0)
        .distinct()
        .forEach(
            id ->
                alarm(counted, isOther.and(each -> each.campaignId() == id))
                    .ifPresent(run -> findings.add(new Finding.OfCampaign(id, run))));
    return findings;
  }

  private Optional<HitRun> alarm(List<Counted> counted, Predicate<Counted> which) {
    SortedMap<Instant, Tally> hours = new TreeMap<>();
    counted.stream()
        .filter(which)
        .forEach(each -> hours.merge(each.hour(), each.count(), Tally::plus));
    return alarm(test, hours);
  }

  /** The hours in which complaints were the most, if that is more than chance. */
  static Optional<HitRun> alarm(SequentialTest test, SortedMap<Instant, Tally> hours) {
    HitRun worst = HitRun.worst(test.steps(), hours);
    long accepted = hours.values().stream().mapToLong(Tally::trials).sum();
    boolean isAlarm = worst.tally().hits() >= FEWEST && worst.sum() >= test.alarmWithin(accepted);
    return isAlarm ? Optional.of(worst) : Optional.empty();
  }
}
