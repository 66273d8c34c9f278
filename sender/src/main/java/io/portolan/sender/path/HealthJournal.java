package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.PathTransition;
import io.portolan.core.path.StoredHealth;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this node has found out about paths and the others do not know yet. Of the transitions it
 * keeps the latest while the database is away.
 *
 * <p>Thread-safe; never blocks.
 */
final class HealthJournal {
  private static final int MOST_TRANSITIONS = 10_000;

  private final Map<HealthKey, StoredHealth> latest = new LinkedHashMap<>();
  private final Deque<PathTransition> transitions = new ArrayDeque<>();

  /** What is to be stored in one transaction. */
  record Entries(List<StoredHealth> states, List<PathTransition> transitions) {
    boolean isEmpty() {
      return states.isEmpty() && transitions.isEmpty();
    }
  }

  synchronized void add(HealthChange change, Instant at, String node) {
    latest.put(change.key(), change.health(node));
    if (change.isTransition()) {
      transitions.add(change.transition(at, node));
      if (transitions.size() > MOST_TRANSITIONS) {
        transitions.removeFirst();
      }
    }
  }

  /** Whether something about a path is not stored yet. */
  synchronized boolean isPending(HealthKey key) {
    return latest.containsKey(key);
  }

  synchronized Entries pending() {
    return new Entries(new ArrayList<>(latest.values()), new ArrayList<>(transitions));
  }

  /** Forgets what was stored, unless it has changed since. */
  synchronized void stored(Entries entries) {
    entries.states().forEach(state -> latest.remove(state.key(), state));
    for (PathTransition each : entries.transitions()) {
      if (each.equals(transitions.peekFirst())) {
        transitions.removeFirst();
      }
    }
  }
}
