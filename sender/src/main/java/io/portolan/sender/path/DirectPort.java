package io.portolan.sender.path;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Direct's one port as a whole. A mail host that does not answer is its own trouble; when connects
 * fail at unrelated platforms, and meanwhile none succeeds and no open session takes a message, the
 * port is blocked between here and all of them.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class DirectPort {
  private static final PathEntry.Dials DIALS = new PathEntry.Dials(2, 4, 8);

  /** Before the domain in the target of one that no ISP is known for. */
  static final String OTHER = "other/";

  private static final int MOST_NAMED = 5;

  /** Platforms of the directory that must fail; their hosts are as good as never down. */
  private static final int ENOUGH_PLATFORMS = 2;

  /*
   * Domains outside of the directory are often dead for years, a list has many of them, and its last retries go to
   * nobody else. So they say nothing beside the platforms, and by themselves only when they are more than come in a row
   * by chance; without that a list of such domains alone would find out about a blocked port domain by domain.
   */
  private static final int ENOUGH_DOMAINS = 16;
  private static final int MOST_EVIDENCE = 64;
  private static final int MOST_PROVEN = 1_000;

  /** How many hosts of different targets are looked at to see whether the port is free again. */
  private static final int MOST_LOOKED_AT = 4;

  private record Failure(String target, String host, String kind, long lease, Instant at) {}

  private final PathEntry entry;
  private final HealthSettings settings;
  private final List<Failure> failures = new ArrayList<>();

  /** An address of each target that was open, those of long ago first. */
  private final SequencedMap<String, String> proven = new LinkedHashMap<>();

  DirectPort(HealthSettings settings, Instant now) {
    this.settings = settings;
    entry = new PathEntry(DIALS, now);
  }

  /** Whether a target is one domain of no known ISP. */
  static boolean isSmall(String target) {
    return target.startsWith(OTHER);
  }

  PathEntry entry() {
    return entry;
  }

  /** TCP connected somewhere: what failed before this opening began is contradicted. */
  void connected(PathLease lease, String address, Instant now) {
    failures.removeIf(failure -> failure.lease() < lease.number());
    entry.opened(lease, now, settings);
    String known = proven.remove(lease.target());
    proven.putLast(lease.target(), address.isEmpty() && known != null ? known : address);
    if (proven.size() > MOST_PROVEN) {
      proven.pollFirstEntry();
    }
  }

  /** A message was taken somewhere: what failed so far is contradicted. */
  void passed() {
    failures.clear();
  }

  void connectFailed(PathLease lease, String kind, String host, Instant now) {
    entry.abandoned(lease);
    if (!entry.mayCount(lease)) {
      return;
    }
    failures.add(new Failure(lease.target(), host, kind, lease.number(), now));
    if (failures.size() > MOST_EVIDENCE) {
      failures.removeFirst();
    }
    Instant oldest = now.minus(settings.evidenceWindow());
    failures.removeIf(failure -> failure.at().isBefore(oldest));
    if (isEnough()) {
      entry.failed(lease, words(), hosts(), true, now, settings);
    }
  }

  /** Those that were open say more about the port than those that never were. */
  private String hosts() {
    SequencedMap<String, String> hosts = new LinkedHashMap<>();
    proven.reversed().forEach(hosts::put);
    failures.forEach(failure -> hosts.putIfAbsent(failure.target(), first(failure.host())));
    return hosts.values().stream()
        .filter(host -> !host.isEmpty())
        .limit(MOST_LOOKED_AT)
        .collect(Collectors.joining(" "));
  }

  private static String first(String hosts) {
    int blank = hosts.indexOf(' ');
    return blank < 0 ? hosts : hosts.substring(0, blank);
  }

  private boolean isEnough() {
    Set<String> targets = new HashSet<>();
    failures.forEach(failure -> targets.add(failure.target()));
    long domains = targets.stream().filter(DirectPort::isSmall).count();
    return targets.size() - domains >= ENOUGH_PLATFORMS || domains >= ENOUGH_DOMAINS;
  }

  private String words() {
    Set<String> kinds = new LinkedHashSet<>();
    Set<String> targets = new LinkedHashSet<>();
    for (Failure failure : failures) {
      kinds.add(failure.kind());
      targets.add(failure.target());
    }
    String named = targets.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    int others = targets.size() - MOST_NAMED;
    return String.join(", ", kinds)
        + " at "
        + named
        + (others > 0 ? " and " + others + " more" : "");
  }
}
