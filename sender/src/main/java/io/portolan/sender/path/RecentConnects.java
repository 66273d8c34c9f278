package io.portolan.sender.path;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The connects of mail in the last half hour, by which a network that limits them is told from one
 * that blocks a port.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class RecentConnects {
  private static final int MOST = 1_000;
  private static final Duration KEPT = Duration.ofMinutes(30);

  private final Deque<ConnectResult> connects = new ArrayDeque<>();

  void add(PathLease lease, boolean timedOut, Instant now) {
    String operator = lease.target().isEmpty() ? lease.path().route() : lease.target();
    connects.add(new ConnectResult(now, lease.path().port(), operator, timedOut));
    Instant oldest = now.minus(KEPT);
    while (connects.size() > MOST || connects.getFirst().at().isBefore(oldest)) {
      connects.removeFirst();
    }
  }

  List<ConnectResult> all() {
    return List.copyOf(connects);
  }
}
