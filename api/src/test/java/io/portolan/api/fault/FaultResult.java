package io.portolan.api.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * What came of a run.
 *
 * @param sent messages that the sink took, with copies
 * @param lost recipients without a message, or with an end that is not acceptance
 * @param doubled second and further copies
 * @param mostInDoubt messages taken by the sink and not recorded at the end of a node, at most
 * @param bound copies that the guarantee allows these faults
 * @param longestTakeover from the end of a node to the moment when nothing is claimed by it
 * @param mostSessions open at one time at the sink
 * @param mostPerSecond messages a second, over {@link FaultRun#RATE_SPAN} seconds
 */
record FaultResult(
    FaultPlan plan,
    long sent,
    long lost,
    long doubled,
    long mostInDoubt,
    long bound,
    Duration longestTakeover,
    int mostSessions,
    double mostPerSecond,
    Duration took) {
  private static final String HEAD =
      """
      | run | seed | nodes | faults | recipients | sent | lost | doubled | most in doubt | bound | longest take-over | most sessions | most a second | took |
      |---|---|---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  /** Adds it to the table in {@code target/faults.md}. */
  void write() throws IOException {
    Path table = Path.of("target", "faults.md");
    Files.createDirectories(table.toAbsolutePath().getParent());
    synchronized (FaultResult.class) { // runs may end at once
      if (!Files.exists(table)) {
        Files.writeString(table, HEAD);
      }
      Files.writeString(table, row() + "\n", StandardOpenOption.APPEND);
    }
    System.out.println(HEAD + row());
  }

  private String row() {
    return "| %s | %d | %d | %s | %d | %d | %d | %d | %d | %d | %.1f s | %d | %.0f | %d s |"
        .formatted(
            plan.name(),
            plan.seed(),
            plan.nodes(),
            plan.summary(),
            plan.recipients(),
            sent,
            lost,
            doubled,
            mostInDoubt,
            bound,
            longestTakeover.toMillis() / 1e3,
            mostSessions,
            mostPerSecond,
            took.toSeconds());
  }
}
