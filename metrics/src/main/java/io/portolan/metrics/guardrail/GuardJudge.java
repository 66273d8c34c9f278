package io.portolan.metrics.guardrail;

import io.portolan.metrics.guardrail.GuardStore.State;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Decides what raises an alarm once results are added to the tests of ISPs and campaigns.
 *
 * @param tests where they are kept
 * @param limits of each test
 */
record GuardJudge(Tests tests, Function<GuardStore.Key, SequentialTest> limits) {
  /*
   * ISPs first, then campaigns without the ISPs that are held: so the score of a campaign is at most
   * the sum of those of its ISPs that are not, each of which is below its alarm. Twice an alarm is
   * then reached by several ISPs together and never by one alone, however many results a group has.
   */

  /** Where tests are kept; a test that is not there yet begins with what is added. */
  interface Tests {
    /** Adds to tests, and says how they are after that. */
    List<State> add(Map<GuardStore.Key, Tally> counts) throws SQLException;

    /**
     * Lets an ISP count for itself alone from now on, and takes what it added off its campaign's
     * test.
     *
     * @return the campaign's test after that
     */
    State setApart(State isp) throws SQLException;
  }

  /**
   * What came of it.
   *
   * @param isps the tests of ISPs that were added to
   * @param alarms the tests, of ISPs and of campaigns, of which something is to stop
   */
  record Verdict(List<State> isps, List<State> alarms) {}

  /** Adds what was counted at ISPs. */
  Verdict judge(Map<GuardStore.Key, Tally> counts) throws SQLException {
    List<State> isps = tests.add(counts);
    List<State> alarms = new ArrayList<>();
    List<State> apart = new ArrayList<>();
    Map<GuardStore.Key, Tally> ofCampaigns = new TreeMap<>(GuardStore.Key.ORDER);
    for (State isp : isps) {
      boolean isAlarm = isp.score() >= limits.apply(isp.key()).alarm(isp.trials());
      if (isAlarm) {
        alarms.add(isp);
      }
      if (!isp.isApart()) {
        Tally counted = Objects.requireNonNull(counts.get(isp.key()));
        ofCampaigns.merge(isp.key().ofCampaign(), counted, Tally::plus);
        if (isAlarm) {
          apart.add(isp);
        }
      }
    }
    if (!ofCampaigns.isEmpty()) {
      Map<GuardStore.Key, State> campaigns = new TreeMap<>(GuardStore.Key.ORDER);
      for (State campaign : tests.add(ofCampaigns)) {
        campaigns.put(campaign.key(), campaign);
      }
      for (State isp : apart) {
        State rest = tests.setApart(isp);
        campaigns.put(rest.key(), rest);
      }
      campaigns.values().stream()
          .filter(campaign -> campaign.score() >= 2 * limits.apply(campaign.key()).alarm())
          .forEach(alarms::add);
    }
    return new Verdict(isps, alarms);
  }
}
