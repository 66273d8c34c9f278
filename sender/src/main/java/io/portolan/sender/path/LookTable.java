package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathTransition.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Which paths of the table are to be looked at, and what comes of it.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class LookTable {
  /** At how many hosts a port as a whole is looked at: one may be dead for itself. */
  private static final int ENOUGH_HOSTS = 2;

  private static final int ENOUGH_LOOKS = 3;

  private final PathTable table;
  private final HealthSettings settings;

  LookTable(PathTable table, HealthSettings settings) {
    this.table = table;
    this.settings = settings;
  }

  /** The paths that a look is due at, those that much mail waits for first. */
  List<HealthKey> due(Instant now) {
    List<HealthKey> due = new ArrayList<>();
    List<HealthKey> ofFew = new ArrayList<>();
    table
        .directPorts()
        .forEach(
            (whole, direct) -> {
              if (direct.entry().isLookDue(now, true)) {
                due.add(whole);
              }
            });
    for (PathEntries each : List.of(table.entries(), table.families().entries())) {
      each.forEach(
          (key, entry) -> {
            boolean isOfMuch = key.family() == IpFamily.ANY && !DirectPort.isSmall(key.target());
            if (entry.isLookDue(now, isOfMuch)) {
              (isOfMuch ? due : ofFew).add(key);
            }
          });
    }
    due.addAll(ofFew);
    return due;
  }

  /**
   * Begins a look, and says which hosts it is at, another with each bad look; none when the path is
   * not left any more.
   */
  List<String> begin(HealthKey key, Instant limit, List<HealthChange> news) {
    PathEntry entry = table.known(key);
    if (entry == null || !entry.condition().isLeft()) {
      return List.of();
    }
    PathCondition before = entry.condition();
    entry.beginLook(limit);
    PathTable.note(key, before, entry, Cause.LOOK, news);
    List<String> hosts = new ArrayList<>(List.of(before.host().split(" ")));
    Collections.rotate(hosts, -before.strikes());
    int enough = key.isWhole() ? ENOUGH_HOSTS : 1;
    return hosts.subList(0, Math.min(enough, hosts.size()));
  }

  void good(HealthKey key, Instant now, List<HealthChange> news) {
    PathEntry entry = table.known(key);
    if (entry != null) {
      PathCondition before = entry.condition();
      entry.goodLook(now, settings);
      PathTable.note(key, before, entry, Cause.LOOK, news);
      if (key.isWhole() && before.isLeft() && !entry.condition().isLeft()) {
        table.reopened(key.path(), now, news);
      }
    }
  }

  /** After some bad looks mail tries: the platform's mail hosts may be others by now. */
  void bad(HealthKey key, String evidence, Instant now, List<HealthChange> news) {
    boolean mayBeElsewhere = key.path().isDirect() && !key.isWhole();
    looked(
        key,
        before ->
            mayBeElsewhere && before.strikes() >= ENOUGH_LOOKS
                ? before.tryElsewhere(now)
                : before.badLook(now, evidence, settings),
        news);
  }

  /** The host that was to be looked at is no more; for a relay that is as bad as silence. */
  void gone(HealthKey key, Instant now, List<HealthChange> news) {
    boolean isRelay = !key.path().isDirect() && key.family() == IpFamily.ANY;
    looked(
        key,
        before ->
            isRelay ? before.badLook(now, "no-address", settings) : PathCondition.unknown(now),
        news);
  }

  void abandoned(HealthKey key, Instant now, List<HealthChange> news) {
    looked(key, before -> before.abandonedLook(now, settings), news);
  }

  private void looked(HealthKey key, UnaryOperator<PathCondition> result, List<HealthChange> news) {
    PathEntry entry = table.known(key);
    if (entry != null) {
      PathCondition before = entry.condition();
      entry.become(result.apply(before));
      PathTable.note(key, before, entry, Cause.LOOK, news);
    }
  }
}
