package io.portolan.sender.path;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Direct's one port as a whole. A mail host that does not answer is its own trouble; when connects
 * fail at unrelated platforms and none succeeds meanwhile, the port is blocked between here and all
 * of them.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class DirectPort {
  private static final PathEntry.Dials DIALS = new PathEntry.Dials(2, 2, 8);
  private static final String OTHER = "other/";

  /*
   * Two platforms of the directory are enough. Domains outside of it are often dead for years, and a list has many of
   * them, so each weighs half.
   */
  private static final int ENOUGH = 4;
  private static final int MOST_EVIDENCE = 64;

  private record Failure(String target, String kind, long lease, Instant at) {}

  private final PathEntry entry;
  private final HealthSettings settings;
  private final List<Failure> failures = new ArrayList<>();

  DirectPort(HealthSettings settings, Instant now) {
    this.settings = settings;
    entry = new PathEntry(DIALS, now);
  }

  PathEntry entry() {
    return entry;
  }

  /** TCP connected somewhere: what failed before this opening began is contradicted. */
  void connected(PathLease lease, Instant now) {
    failures.removeIf(failure -> failure.lease() < lease.number());
    entry.opened(lease, now, settings);
  }

  void connectFailed(PathLease lease, String kind, Instant now) {
    if (!entry.mayCount(lease)) {
      entry.abandoned(lease, now);
      return;
    }
    failures.add(new Failure(lease.target(), kind, lease.number(), now));
    if (failures.size() > MOST_EVIDENCE) {
      failures.removeFirst();
    }
    Instant oldest = now.minus(settings.evidenceWindow());
    failures.removeIf(failure -> failure.at().isBefore(oldest));
    if (entry.isTrial(lease) || weight() >= ENOUGH) {
      entry.failed(lease, words(), true, now, settings);
    } else {
      entry.abandoned(lease, now);
    }
  }

  private int weight() {
    return failures.stream()
        .map(Failure::target)
        .distinct()
        .mapToInt(target -> target.startsWith(OTHER) ? 1 : 2)
        .sum();
  }

  private String words() {
    Set<String> kinds = new LinkedHashSet<>();
    Set<String> targets = new LinkedHashSet<>();
    for (Failure failure : failures) {
      kinds.add(failure.kind());
      targets.add(failure.target());
    }
    return String.join(", ", kinds) + " at " + String.join(", ", targets);
  }
}
