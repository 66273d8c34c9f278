package io.portolan.metrics.guardrail;

import io.portolan.core.guard.HoldStore.Steps;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides where bounces of a campaign are too many among what was sent in a run of minutes, those
 * that came after acceptance among them.
 */
record LateBounceJudge(SequentialTest test) {
  /*
   * A message is a miss until its bounce comes. So whenever this is asked, and however bounces come,
   * a sum is at most the one of the day when all is known; and that one, with its floor taken once a
   * minute, is at most the sum that is floored after each message. The chance of a false alarm is
   * then at most the one of the plain test after its beginning, however often this is asked.
   *
   * The sum of a campaign's worst run is at most that of its ISPs' sums at the same time. As ISPs with
   * an alarm are left out, one alone never makes twice an alarm.
   */

  /**
   * How a test stands.
   *
   * @param since what was sent before says nothing to it
   * @param isApart whether an ISP counts for itself and not for its campaign
   */
  record Standing(Steps steps, Instant since, boolean isApart) {}

  /**
   * What was sent to an ISP, and what came of it.
   *
   * @param spans by when they began
   */
  record Sent(Standing standing, SortedMap<Instant, Tally> spans) {
    private HitRun worst() {
      return HitRun.worst(standing.steps(), spans.tailMap(standing.since()));
    }
  }

  /**
   * Where bounces are too many.
   *
   * @param isp empty for the campaign, at all ISPs that are not apart
   */
  record Finding(String isp, HitRun run, boolean isApart) {}

  /**
   * Judges what was sent.
   *
   * @param isps those that are judged for themselves
   * @param others how the campaign's test stands, and what was sent to all other ISPs
   */
  List<Finding> judge(SortedMap<String, Sent> isps, Sent others) {
    List<Finding> findings = new ArrayList<>();
    SortedMap<Instant, Tally> ofCampaign = new TreeMap<>(others.spans());
    isps.forEach(
        (isp, sent) -> {
          HitRun run = sent.worst();
          if (run.sum() >= test.alarm()) {
            findings.add(new Finding(isp, run, sent.standing().isApart()));
          } else if (!sent.standing().isApart()) {
            sent.spans().forEach((start, tally) -> ofCampaign.merge(start, tally, Tally::plus));
          }
        });
    HitRun run = new Sent(others.standing(), ofCampaign).worst();
    if (run.sum() >= 2 * test.alarm()) {
      findings.add(new Finding("", run, /* isApart= */ false));
    }
    return findings;
  }
}
