package io.portolan.api.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * One node, and two, through faults at seeded moments. With PORTOLAN_TEST_FAULT_KILLS set to the
 * number of times that nodes are killed, faults are many and long, as for docs/reliability.md; with
 * PORTOLAN_TEST_FAULT_SEED their moments are others. The runs stand side by side, each in a lab of
 * its own: most of their time is waiting.
 */
@Tag("system")
@Execution(ExecutionMode.CONCURRENT)
class FaultSystemTest {
  private static final int KILLS =
      Integer.parseInt(System.getenv().getOrDefault("PORTOLAN_TEST_FAULT_KILLS", "0"));
  private static final long SEED =
      Long.parseLong(System.getenv().getOrDefault("PORTOLAN_TEST_FAULT_SEED", "1"));
  private static final boolean IS_LONG = KILLS > 0;

  static final String SCHEDULER =
      """
      scheduler:
        check-in: 1s
      """;

  @TempDir private Path directory;

  @Test
  void oneNodeLosesNothing() throws Exception {
    List<Fault> faults =
        new ArrayList<>(
            List.of(
                Fault.SESSIONS_RESET,
                Fault.NODE_KILLED,
                Fault.DATABASE_STOPPED,
                Fault.SINK_KILLED,
                Fault.SINK_CUT,
                Fault.DISK_FULL));
    if (IS_LONG) {
      faults.addAll(Collections.nCopies(KILLS - 1, Fault.NODE_KILLED));
      for (Fault fault : List.copyOf(faults.subList(0, 6))) {
        faults.addAll(Collections.nCopies(fault == Fault.NODE_KILLED ? 0 : 1, fault));
      }
      Collections.shuffle(faults, new Random(SEED));
    }
    run(
        new FaultPlan(
            "one node",
            SEED,
            1,
            FaultPlan.Load.HEAVY,
            IS_LONG ? 2_500 * faults.size() : 10_000,
            faults,
            500,
            Duration.ofSeconds(IS_LONG ? 30 : 2),
            SCHEDULER));
  }

  /** In the long run with the settings that users have, which promise a take-over within 30 s. */
  @Test
  void twoNodesLoseNothing() throws Exception {
    List<Fault> faults =
        IS_LONG
            ? List.of(
                Fault.NODE_FROZEN,
                Fault.NODE_CUT,
                Fault.DATABASE_CUT,
                Fault.NODE_KILLED,
                Fault.DATABASE_STOPPED,
                Fault.SINK_CUT,
                Fault.NODE_KILLED,
                Fault.SESSIONS_RESET,
                Fault.NODE_FROZEN,
                Fault.DISK_FULL,
                Fault.SINK_KILLED,
                Fault.NODE_KILLED)
            : List.of(
                Fault.NODE_CUT, Fault.DATABASE_CUT, Fault.DATABASE_STOPPED, Fault.NODE_FROZEN);
    run(
        new FaultPlan(
            "two nodes",
            SEED,
            2,
            FaultPlan.Load.LIGHT,
            IS_LONG ? 100_000 : 7_000,
            faults,
            100,
            Duration.ofSeconds(IS_LONG ? 60 : 3),
            IS_LONG ? "" : SCHEDULER));
  }

  @Test
  void clocksThatAreSetDoubleNothing() throws Exception {
    run(
        new FaultPlan(
            "clocks",
            SEED,
            2,
            FaultPlan.Load.LIGHT,
            IS_LONG ? 12_000 : 6_000,
            Collections.nCopies(IS_LONG ? 4 : 2, Fault.CLOCK_SET),
            100,
            Duration.ofSeconds(12),
            SCHEDULER));
  }

  private void run(FaultPlan plan) throws Exception {
    try (FaultRun run = new FaultRun(plan, directory)) {
      run.run();
    }
  }
}
