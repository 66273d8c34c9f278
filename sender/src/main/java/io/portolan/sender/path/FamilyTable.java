package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathTransition.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of the paths by one IP family each. A family is left when, in one opening, none of
 * its addresses could be connected to and one of the other family could; mail then takes the other
 * one alone, and looks find out whether this one is free again. Where neither gets through it is
 * the path that has failed, not a family of it.
 *
 * <p>Not of the many domains of no known ISP, each of which is dialled too seldom to tell. Not
 * thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class FamilyTable {
  private static final int MOST_ENTRIES = 4_000;

  /** Mail does not open a family, it dials its addresses: the limits of openings are the path's. */
  private static final PathEntry.Dials NO_OPENINGS = new PathEntry.Dials(0, 0, 0);

  private final HealthSettings settings;
  private final PathEntries entries = new PathEntries(NO_OPENINGS, MOST_ENTRIES);

  FamilyTable(HealthSettings settings) {
    this.settings = settings;
  }

  /**
   * An opening connected to an address.
   *
   * @param address the peer's; what is no address in digits says nothing
   */
  void connected(PathLease lease, String address, Instant now, List<HealthChange> news) {
    IpFamily family = IpFamily.of(address);
    if (family == IpFamily.ANY || DirectPort.isSmall(lease.target())) {
      return;
    }
    HealthKey key = lease.key().over(family);
    PathEntry entry = entries.entry(key, now);
    become(key, entry, entry.condition().opened(now, settings), news);
    List<PathLease.Unreached> failures = lease.unreached(family.other());
    if (!failures.isEmpty()) {
      HealthKey left = lease.key().over(family.other());
      PathEntry other = entries.entry(left, now);
      PathLease.Unreached first = failures.getFirst();
      // one address may be dead by itself: a look tells before long
      boolean isClear = failures.size() > 1;
      become(
          left,
          other,
          other.condition().failed(now, first.kind(), first.address(), isClear, settings),
          news);
    }
  }

  private static void become(
      HealthKey key, PathEntry entry, PathCondition next, List<HealthChange> news) {
    PathCondition before = entry.condition();
    entry.become(next);
    PathTable.note(key, before, entry, Cause.MAIL, news);
  }

  /** Whether mail dials a path's addresses of a family; where not, that is worth a look. */
  boolean isDialled(HealthKey key, IpFamily family) {
    PathEntry entry = entries.known(key.over(family));
    if (entry == null || !entry.condition().isLeft()) {
      return true;
    }
    PathEntry other = entries.known(key.over(family.other()));
    if (other != null && other.condition().isLeft()) {
      return true;
    }
    entry.want();
    return false;
  }

  /** What is known of a path by each family that it was dialled at. */
  List<PathStatus.ByFamily> of(HealthKey key) {
    List<PathStatus.ByFamily> known = new ArrayList<>();
    for (IpFamily family : List.of(IpFamily.IPV4, IpFamily.IPV6)) {
      PathEntry entry = entries.known(key.over(family));
      if (entry != null) {
        known.add(PathStatus.ByFamily.of(family, entry.condition()));
      }
    }
    return known;
  }

  /** By path and family. */
  PathEntries entries() {
    return entries;
  }
}
