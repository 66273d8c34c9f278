package io.portolan.api.fault;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One run of the proof.
 *
 * @param seed of which the moments and the victims come
 * @param gap messages at most from the end of one fault to the next
 * @param outage how long cuts, and other faults that last, do
 * @param scheduler the nodes' settings
 */
record FaultPlan(
    String name,
    long seed,
    int nodes,
    int recipients,
    List<Fault> faults,
    int gap,
    Duration outage,
    String scheduler) {
  /** Connections that the policy allows the sink's platform. */
  static final int CONNECTIONS = 4;

  static final int MESSAGES_PER_SECOND = 200;

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
