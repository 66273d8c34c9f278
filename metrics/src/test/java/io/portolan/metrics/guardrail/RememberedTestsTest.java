package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.portolan.core.database.TestDatabase;
import io.portolan.metrics.guardrail.GuardStore.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What simulations keep in memory is what the table of tests holds. */
class RememberedTestsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:30:00Z");
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @Test
  void judgesAsTheTableDoes() {
    GuardJudge remembered =
        new GuardJudge(
            new RememberedTests(RememberedTestsTest::limits), RememberedTestsTest::limits);
    SplittableRandom random = new SplittableRandom(7);
    int alarms = 0;
    for (int group = 0; group < 120; group++) {
      Map<GuardStore.Key, Tally> counts = group(random);

      GuardJudge.Verdict stored =
          database
              .database()
              .inTransaction(
                  connection ->
                      new GuardJudge(
                              GuardStore.tests(connection, RememberedTestsTest::limits, NOW),
                              RememberedTestsTest::limits)
                          .judge(counts));

      GuardJudge.Verdict simulated = judge(remembered, counts);
      same(simulated.isps(), stored.isps());
      same(simulated.alarms(), stored.alarms());
      alarms += stored.alarms().size();
    }
    assertThat(alarms).as("alarms").isGreaterThan(3);
  }

  private static SequentialTest limits(GuardStore.Key key) {
    return GuardSettings.DEFAULT.test(key.guard()).orElseThrow();
  }

  private static GuardJudge.Verdict judge(GuardJudge judge, Map<GuardStore.Key, Tally> counts) {
    return database.database().inTransaction(_ -> judge.judge(counts));
  }

  /** Results of four ISPs, the more of them bounces the higher the number of the ISP. */
  private static Map<GuardStore.Key, Tally> group(SplittableRandom random) {
    Map<GuardStore.Key, Tally> counts = new TreeMap<>(GuardStore.Key.ORDER);
    for (int isp = 0; isp < 4; isp++) {
      long trials = 1L + random.nextInt(40);
      long hits = 0;
      for (int each = 0; each < trials; each++) {
        hits += random.nextInt(100) < 3 * isp ? 1 : 0;
      }
      Guard guard = random.nextBoolean() ? Guard.HARD_BOUNCE : Guard.BLOCK;
      counts.put(new GuardStore.Key(1, "isp" + isp, guard), new Tally(trials, hits));
    }
    return counts;
  }

  private static void same(List<State> simulated, List<State> stored) {
    assertThat(simulated)
        .extracting(State::key)
        .isEqualTo(stored.stream().map(State::key).toList());
    for (int each = 0; each < stored.size(); each++) {
      State expected = stored.get(each);
      State found = simulated.get(each);
      assertThat(found.trials()).isEqualTo(expected.trials());
      assertThat(found.hits()).isEqualTo(expected.hits());
      assertThat(found.isApart()).isEqualTo(expected.isApart());
      assertThat(found.score()).isCloseTo(expected.score(), within(1e-6));
      assertThat(found.total()).isCloseTo(expected.total(), within(1e-6));
    }
  }
}
