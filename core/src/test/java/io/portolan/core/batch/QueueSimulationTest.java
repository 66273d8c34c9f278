package io.portolan.core.batch;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.recorder.ResultRecorder;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The promises of the queue, under hundreds of orders of events. */
class QueueSimulationTest {
  private static final int SEEDS = 200;
  private static final int EVENTS = 60;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @Test
  void keepsItsPromisesWhateverHappens() {
    try (ResultRecorder recorder =
        new ResultRecorder(
            database.database(),
            (results, failures) -> {},
            TestClock.create(),
            new ResultRecorder.Settings(100, Duration.ZERO, Duration.ofSeconds(20)))) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        simulate(recorder, seed);
      }
    }
  }

  private static void simulate(ResultRecorder recorder, long seed) {
    QueueSimulation simulation = new QueueSimulation(database, recorder, seed);
    try {
      simulation.run(EVENTS);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("Seed " + seed + "\n" + simulation.story(), e);
    }
  }
}
