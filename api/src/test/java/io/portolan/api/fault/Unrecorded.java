package io.portolan.api.fault;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a mail host had taken and the database did not know when something failed: each such message
 * may be sent once more. What is unrecorded still at the next fault is not counted again. Not
 * thread-safe.
 */
final class Unrecorded {
  private final Map<String, Integer> counted = new HashMap<>();
  private long total;
  private long most;

  /**
   * Counts after a fault.
   *
   * @param accepted whose acceptance the database knows
   * @return how many messages this fault left so
   */
  long count(SinkLog log, Collection<String> accepted) {
    Set<String> known = new HashSet<>(accepted);
    long fresh = 0;
    for (Map.Entry<String, SinkLog.Taken> each : log.byRecipient().entrySet()) {
      int copies = each.getValue().times().size();
      if (!known.contains(each.getKey()) && copies > counted.getOrDefault(each.getKey(), 0)) {
        counted.put(each.getKey(), copies);
        fresh++;
      }
    }
    total += fresh;
    most = Math.max(most, fresh);
    return fresh;
  }

  /** Of all faults together. */
  long total() {
    return total;
  }

  /** The most that one fault left. */
  long most() {
    return most;
  }
}
