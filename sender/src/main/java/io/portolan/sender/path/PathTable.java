package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathState;
import io.portolan.core.path.PathTransition.Cause;
import io.portolan.core.path.StoredHealth;
import io.portolan.core.policy.Path;
import io.portolan.sender.path.PathHealth.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The paths and what is known of each: a relay's as one, direct for each platform and for its port
 * as a whole. What changes is noted in the {@code news} of the call.
 *
 * <p>Not thread-safe; guarded by the monitor of {@link PathHealth}.
 */
final class PathTable {
  private static final PathEntry.Dials DIALS = new PathEntry.Dials(1, 2, 6);
  private static final int MOST_ENTRIES = 10_000;
  private static final String TIMEOUT = "connect-timeout";

  /** What a caller is told who comes while a look is due or under way. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** How long mail waits at most for a look that is under way: few take as long as they may. */
  private static final Duration LATEST = Duration.ofSeconds(10);

  private final HealthSettings settings;
  private final PathEntries entries = new PathEntries(DIALS, MOST_ENTRIES);
  private final Map<HealthKey, DirectPort> directPorts = new LinkedHashMap<>();
  private final Map<HealthKey, StoredHealth> learned = new HashMap<>();
  private final PortBlocks blocks = new PortBlocks();
  private final RecentConnects connects = new RecentConnects();
  private final FamilyTable families;

  PathTable(HealthSettings settings) {
    this.settings = settings;
    families = new FamilyTable(settings);
  }

  FamilyTable families() {
    return families;
  }

  PathEntries entries() {
    return entries;
  }

  Map<HealthKey, DirectPort> directPorts() {
    return directPorts;
  }

  /** What verdicts on whole ports forbid. */
  PortBlocks blocks() {
    return blocks;
  }

  void judged(int port, PortEffect effect) {
    PathEntry whole = known(HealthKey.whole(port));
    blocks.judged(port, effect, whole != null && whole.condition().state() == PathState.OPEN);
  }

  /** Everything known, ports as a whole first. */
  List<PathStatus> snapshot() {
    List<PathStatus> all = new ArrayList<>();
    directPorts.forEach(
        (whole, direct) ->
            all.add(
                PathStatus.of(whole, block(whole).orElse(direct.entry().condition()), List.of())));
    entries.forEach(
        (key, entry) -> all.add(PathStatus.of(key, entry.condition(), families.of(key))));
    return all;
  }

  /** The condition of a path: for direct that of its port as a whole, where that is left. */
  PathCondition condition(HealthKey key, Instant now) {
    PathEntry entry = entries.known(key);
    PathCondition own = entry == null ? PathCondition.unknown(now) : entry.condition();
    return key.path().isDirect() ? block(key).or(() -> leftAsWhole(key.path())).orElse(own) : own;
  }

  /** Why an opening may not begin now. */
  Optional<Answer> obstacle(HealthKey key, Instant now) {
    Optional<Answer> whole =
        key.path().isDirect()
            ? block(key)
                .map(block -> shut(block, now))
                .or(() -> refusal(wholeEntry(key.path()), now, isAlike(key)))
            : Optional.empty();
    return whole.or(() -> refusal(entries.known(key), now, _ -> true));
  }

  /** Mail would take a path that is left: that is worth a look when one is due. */
  void want(HealthKey key) {
    PathEntry whole = key.path().isDirect() ? wholeEntry(key.path()) : null;
    PathEntry entry = whole != null && whole.condition().isLeft() ? whole : entries.known(key);
    if (entry != null) {
      entry.want();
    }
  }

  /** Begins an opening that nothing stands against, and says what was known until then. */
  PathCondition begin(PathLease lease, Instant now) {
    PathEntry entry = entry(lease.key(), now);
    PathCondition before = entry.condition();
    if (lease.path().isDirect()) {
      direct(lease.path(), now).entry().begin(lease, now);
    }
    entry.begin(lease, now);
    return before;
  }

  void connected(PathLease lease, String address, Instant now, List<HealthChange> news) {
    if (!lease.markConnected()) {
      return;
    }
    connects.add(lease, false, now);
    families.connected(lease, address, now, news);
    if (!lease.path().isDirect()) {
      return;
    }
    DirectPort port = direct(lease.path(), now);
    PathCondition before = port.entry().condition();
    port.connected(lease, address, now);
    connected(lease.path());
    note(HealthKey.whole(lease.path()), before, port.entry(), Cause.MAIL, news);
    if (before.isLeft()) {
      askAgain(lease.path(), now, Cause.MAIL, news);
    }
  }

  /** Returns whether the lease was still running. */
  boolean opened(PathLease lease, Instant now, List<HealthChange> news) {
    connected(lease, "", now, news);
    if (!lease.markDone()) {
      return false;
    }
    PathEntry entry = entry(lease.key(), now);
    PathCondition before = entry.condition();
    entry.opened(lease, now, settings);
    note(lease.key(), before, entry, Cause.MAIL, news);
    return true;
  }

  /**
   * @param isConnect whether TCP did not connect, which speaks against the port
   * @param isClear whether it is the face of a blocked path
   */
  void failed(
      PathLease lease,
      boolean isConnect,
      boolean isClear,
      String kind,
      String host,
      Instant now,
      List<HealthChange> news) {
    if (!isConnect) {
      connected(lease, host, now, news);
    }
    if (!lease.markDone()) {
      return;
    }
    if (!lease.isConnected()) {
      connects.add(lease, kind.equals(TIMEOUT), now);
    }
    PathEntry entry = entry(lease.key(), now);
    PathCondition before = entry.condition();
    entry.failed(lease, kind, host, isClear, now, settings);
    note(lease.key(), before, entry, Cause.MAIL, news);
    if (lease.path().isDirect() && !lease.isConnected()) {
      DirectPort port = direct(lease.path(), now);
      PathCondition wholeBefore = port.entry().condition();
      port.connectFailed(lease, kind, host, now);
      note(HealthKey.whole(lease.path()), wholeBefore, port.entry(), Cause.MAIL, news);
    }
  }

  void abandoned(PathLease lease, Instant now) {
    if (lease.markDone()) {
      entry(lease.key(), now).abandoned(lease);
      if (lease.path().isDirect()) {
        direct(lease.path(), now).entry().abandoned(lease);
      }
    }
  }

  /** A message was taken on a session of direct's port: packets pass it. */
  void passed(Path path) {
    DirectPort direct = directPorts.get(HealthKey.whole(path));
    if (direct != null) {
      direct.passed();
    }
  }

  List<ConnectResult> recentConnects() {
    return connects.all();
  }

  /** Takes over what another node found out; the same again is no news. */
  void learn(StoredHealth health, Instant now) {
    HealthKey key = health.key();
    if (health.equals(learned.put(key, health))) {
      return;
    }
    if (learned.size() > 2 * MOST_ENTRIES) {
      learned.clear();
    }
    entry(key, now).become(PathCondition.of(health));
  }

  /** What is known of a path, to be stored once more. */
  Optional<HealthChange> restate(HealthKey key) {
    return Optional.ofNullable(known(key))
        .map(PathEntry::condition)
        .map(condition -> new HealthChange(key, condition.state(), condition, Cause.LOOK));
  }

  void forget(String route, Instant now, List<HealthChange> news) {
    for (PathEntries each : List.of(entries, families.entries())) {
      each.forEach(
          (key, entry) -> {
            if (key.path().route().equals(route)) {
              forget(key, entry, now, Cause.MAIL, news);
            }
          });
    }
  }

  /** A look has found direct's port as a whole free. */
  void reopened(Path path, Instant now, List<HealthChange> news) {
    connected(path);
    askAgain(path, now, Cause.LOOK, news);
  }

  /** The port as a whole is free again: each platform's trouble may have been the port's. */
  private void askAgain(Path path, Instant now, Cause cause, List<HealthChange> news) {
    HealthKey whole = HealthKey.whole(path);
    entries.forEach(
        (key, entry) -> {
          if (key.path().isDirect()
              && HealthKey.whole(key.path()).equals(whole)
              && entry.condition().isLeft()) {
            forget(key, entry, now, cause, news);
          }
        });
  }

  private static void forget(
      HealthKey key, PathEntry entry, Instant now, Cause cause, List<HealthChange> news) {
    PathCondition before = entry.condition();
    entry.become(PathCondition.unknown(now));
    note(key, before, entry, cause, news);
  }

  private Optional<PathCondition> block(HealthKey key) {
    return blocks.on(key.path().port(), key.path().source().isEmpty());
  }

  private void connected(Path path) {
    if (path.source().isEmpty()) {
      blocks.connected(path.port());
    }
  }

  private Optional<PathCondition> leftAsWhole(Path path) {
    return Optional.ofNullable(wholeEntry(path))
        .map(PathEntry::condition)
        .filter(PathCondition::isLeft);
  }

  /** Small domains, of which some always are dead, take no turn from the platforms. */
  private static Predicate<PathLease> isAlike(HealthKey key) {
    return lease -> DirectPort.isSmall(lease.target()) == DirectPort.isSmall(key.target());
  }

  private Optional<Answer> refusal(
      @Nullable PathEntry entry, Instant now, Predicate<PathLease> isAlike) {
    return entry == null
        ? Optional.empty()
        : switch (entry.gate(now, settings, isAlike)) {
          case FREE -> Optional.empty();
          case BUSY -> Optional.of(new Answer.Busy(entry.condition(), true));
          case RAMPING -> Optional.of(new Answer.Busy(entry.condition(), false));
          case SHUT -> Optional.of(shut(entry.condition(), now));
        };
  }

  private static Answer shut(PathCondition condition, Instant now) {
    Instant soonest = now.plus(LOOK);
    Instant until = condition.until();
    Instant latest = now.plus(LATEST);
    if (condition.state() == PathState.HALF_OPEN && until.isAfter(latest)) {
      until = latest;
    }
    return new Answer.Shut(condition, until.isBefore(soonest) ? soonest : until);
  }

  private @Nullable PathEntry wholeEntry(Path path) {
    DirectPort direct = directPorts.get(HealthKey.whole(path));
    return direct == null ? null : direct.entry();
  }

  @Nullable PathEntry known(HealthKey key) {
    if (key.family() != IpFamily.ANY) {
      return families.entries().known(key);
    }
    return key.isWhole() ? wholeEntry(key.path()) : entries.known(key);
  }

  private DirectPort direct(Path path, Instant now) {
    return directPorts.computeIfAbsent(HealthKey.whole(path), _ -> new DirectPort(settings, now));
  }

  private PathEntry entry(HealthKey key, Instant now) {
    if (key.family() != IpFamily.ANY) {
      return families.entries().entry(key, now);
    }
    if (key.isWhole()) {
      return direct(key.path(), now).entry();
    }
    return entries.entry(key, now);
  }

  static void note(
      HealthKey key, PathCondition before, PathEntry entry, Cause cause, List<HealthChange> news) {
    if (!entry.condition().equals(before)) {
      news.add(new HealthChange(key, before.state(), entry.condition(), cause));
    }
  }
}
