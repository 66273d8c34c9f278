package io.portolan.api.fault;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One run of the proof.
 *
 * @param seed of which the moments and the victims come
 * @param load what the policy allows
 * @param gap messages at most from the end of one fault to the next
 * @param outage how long cuts, and other faults that last, do
 * @param scheduler the nodes' settings
 */
record FaultPlan(
    String name,
    long seed,
    int nodes,
    Load load,
    int recipients,
    List<Fault> faults,
    int gap,
    Duration outage,
    String scheduler) {
  /**
   * What the policy allows the sink's platform.
   *
   * @param connections of all nodes together
   * @param messagesPerSecond of all nodes together; 0 where there is no limit
   */
  record Load(int connections, int messagesPerSecond) {
    static final Load LIGHT = new Load(4, 200);

    /** So much that results fill the recorder while the database is away. */
    static final Load HEAVY = new Load(10, 1_000);
  }

  /** Results that are handed over and not durable at most. */
  static final int GROUP = 1_000;

  /** What its faults are, with how often each comes. */
  String summary() {
    return faults.stream()
        .collect(Collectors.groupingBy(fault -> fault, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
