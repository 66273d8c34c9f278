package io.portolan.sender.path;

import io.portolan.core.path.PathState;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this node knows about every path, from its own openings. A relay's path is known as one;
 * direct is known for each platform, because one dead mail host says nothing about the others, and
 * for its port as a whole.
 *
 * <p>Thread-safe; each call holds one monitor for a short time and never blocks.
 */
public final class PathHealth {
  /** Why an opening may or may not begin. */
  sealed interface Answer {
    /**
     * It may.
     *
     * @param before the condition until now
     */
    record Granted(PathLease lease, PathCondition before) implements Answer {}

    /**
     * Not now, others are dialling.
     *
     * @param isWorthWaiting false when another path should be taken meanwhile
     */
    record Busy(PathCondition condition, boolean isWorthWaiting) implements Answer {}

    /** Not before {@code until}. */
    record Shut(PathCondition condition, Instant until) implements Answer {}

    /** The relay refused our login. */
    record OnHold(RouteHold hold) implements Answer {}
  }

  private record Key(Path path, String target) {}

  private static final PathEntry.Dials DIALS = new PathEntry.Dials(1, 1, 6);
  private static final int MOST_ENTRIES = 10_000;

  /** A relay that cannot check a login just now is left alone for so long. */
  private static final Duration LOGIN_PAUSE = Duration.ofMinutes(1);

  private final HealthSettings settings;
  private final InstantSource clock;
  private final Object monitor = new Object();
  private final Map<Key, PathEntry> entries = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<Integer, DirectPort> directPorts = new LinkedHashMap<>();
  private final RouteHolds holds = new RouteHolds();
  private long leases;

  public PathHealth(HealthSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** Everything known, ports as a whole first. */
  public List<PathStatus> snapshot() {
    synchronized (monitor) {
      List<PathStatus> all = new ArrayList<>();
      directPorts.forEach(
          (port, direct) -> all.add(status(whole(port), direct.entry().condition())));
      entries.forEach((key, entry) -> all.add(status(key, entry.condition())));
      return all;
    }
  }

  /** The relays whose mail is held because they refused our login. */
  public List<RouteHold> holds() {
    synchronized (monitor) {
      return holds.all();
    }
  }

  /** Ends the hold on a relay, such as when its password was put right. */
  public void release(String route) {
    synchronized (monitor) {
      holds.release(route);
    }
  }

  /** Why an opening may not begin now; empty when it may. Changes nothing. */
  Optional<Answer> obstacle(Path path, String target, Optional<Relay> relay) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return obstacle(new Key(path, path.isDirect() ? target : ""), relay, now);
    }
  }

  /** The condition of a path: for direct that of its port as a whole, where that is left. */
  PathCondition condition(Path path, String target) {
    Instant now = clock.instant();
    synchronized (monitor) {
      PathEntry entry = entries.get(new Key(path, path.isDirect() ? target : ""));
      PathCondition own = entry == null ? PathCondition.unknown(now) : entry.condition();
      DirectPort port = path.isDirect() ? directPorts.get(path.port()) : null;
      return port != null && port.entry().condition().isLeft() ? port.entry().condition() : own;
    }
  }

  /** Asks for leave to open a session. */
  Answer ask(Path path, String target, Optional<Relay> relay) {
    Instant now = clock.instant();
    synchronized (monitor) {
      Key key = new Key(path, path.isDirect() ? target : "");
      Optional<Answer> obstacle = obstacle(key, relay, now);
      if (obstacle.isPresent()) {
        return obstacle.get();
      }
      PathEntry entry = entry(key, now);
      Optional<PathEntry> whole =
          path.isDirect() ? Optional.of(direct(path.port(), now).entry()) : Optional.empty();
      PathCondition before =
          whole.map(PathEntry::condition).filter(PathCondition::isLeft).orElse(entry.condition());
      PathLease lease = new PathLease(this, path, key.target(), relay, ++leases, now);
      whole.ifPresent(port -> port.begin(lease));
      entry.begin(lease);
      relay.ifPresent(each -> holds.begin(each, now));
      return new Answer.Granted(lease, before);
    }
  }

  private Optional<Answer> obstacle(Key key, Optional<Relay> relay, Instant now) {
    Optional<RouteHold> hold = relay.flatMap(each -> holds.on(each, now));
    if (hold.isPresent()) {
      return Optional.of(new Answer.OnHold(hold.get()));
    }
    PathEntry entry = entries.get(key);
    DirectPort port = key.path().isDirect() ? directPorts.get(key.path().port()) : null;
    Optional<Answer> refusal =
        port == null
            ? Optional.empty()
            : refusal(port.entry(), now).or(() -> keptFrom(port, key.target(), now));
    return refusal.or(() -> entry == null ? Optional.empty() : refusal(entry, now));
  }

  void connected(PathLease lease) {
    Instant now = clock.instant();
    List<PathStatus> news = new ArrayList<>();
    synchronized (monitor) {
      if (lease.markConnected()) {
        connected(lease, now, news);
      }
    }
    news.forEach(PathLog::report);
  }

  void opened(PathLease lease) {
    Instant now = clock.instant();
    List<PathStatus> news = new ArrayList<>();
    synchronized (monitor) {
      if (opened(lease, now, news)) {
        lease.relay().ifPresent(relay -> holds.release(relay.name(), RouteHolds.Refused.LOGIN));
      }
    }
    news.forEach(PathLog::report);
  }

  /**
   * A message was taken on a session of this path: its port passes packets, and its relay takes our
   * mail. Quick enough to be called for every message.
   */
  void passed(Path path) {
    synchronized (monitor) {
      if (path.isDirect()) {
        DirectPort port = directPorts.get(path.port());
        if (port != null) {
          port.passed();
        }
      } else {
        holds.release(path.route(), RouteHolds.Refused.MAIL);
      }
    }
  }

  /** A relay logs us in and refuses our mail, whoever it is for; its mail is held for a while. */
  void mailRefused(Relay relay, String reply) {
    RouteHold hold = hold(relay, RouteHolds.Refused.MAIL, reply, settings.loginHold());
    PathLog.mailRefused(relay, hold);
  }

  /** Whether a relay's mail is held because it refuses our mail on open sessions. */
  boolean refusesMail(Relay relay) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return holds.refusesMail(relay, now);
    }
  }

  void loginRefused(PathLease lease, String reply) {
    answered(lease);
    holdForLogin(lease, reply);
  }

  void loginDeferred(PathLease lease, String reply) {
    answered(lease);
    Relay relay = lease.relay().orElseThrow();
    RouteHold hold = hold(relay, RouteHolds.Refused.LOGIN, reply, LOGIN_PAUSE);
    PathLog.loginDeferred(hold);
  }

  /** The relay answered a login: whatever it said, the path is open. */
  private void answered(PathLease lease) {
    Instant now = clock.instant();
    List<PathStatus> news = new ArrayList<>();
    synchronized (monitor) {
      opened(lease, now, news);
    }
    news.forEach(PathLog::report);
  }

  void loginMissing(PathLease lease, String reason) {
    abandoned(lease);
    holdForLogin(lease, reason);
  }

  private void holdForLogin(PathLease lease, String reason) {
    Relay relay = lease.relay().orElseThrow();
    RouteHold hold = hold(relay, RouteHolds.Refused.LOGIN, reason, settings.loginHold());
    PathLog.loginRefused(relay, hold);
  }

  private RouteHold hold(Relay relay, RouteHolds.Refused refused, String reason, Duration length) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return holds.hold(relay, refused, reason, now, length);
    }
  }

  void failed(PathLease lease, Phase phase, String kind) {
    if (phase == Phase.DNS) {
      abandoned(lease);
      return;
    }
    Instant now = clock.instant();
    List<PathStatus> news = new ArrayList<>();
    synchronized (monitor) {
      boolean isFirstSign = phase != Phase.CONNECT && lease.markConnected();
      boolean wasConnected = lease.isConnected();
      if (lease.markDone()) {
        if (isFirstSign) {
          connected(lease, now, news);
        }
        Key key = key(lease);
        PathEntry entry = entry(key, now);
        PathState before = entry.condition().state();
        entry.failed(lease, kind, isClear(phase), now, settings);
        note(key, before, entry, news);
        if (lease.path().isDirect() && !wasConnected) {
          DirectPort port = direct(lease.path().port(), now);
          PathState wholeBefore = port.entry().condition().state();
          port.connectFailed(lease, kind, now);
          note(whole(lease.path().port()), wholeBefore, port.entry(), news);
        }
      }
    }
    news.forEach(PathLog::report);
  }

  void abandoned(PathLease lease) {
    Instant now = clock.instant();
    synchronized (monitor) {
      if (lease.markDone()) {
        entry(key(lease), now).abandoned(lease, now);
        if (lease.path().isDirect()) {
          direct(lease.path().port(), now).entry().abandoned(lease, now);
        }
      }
    }
  }

  /** A peer that is silent or hangs up before it is ready may just be busy. */
  private static boolean isClear(Phase phase) {
    return phase == Phase.CONNECT || phase == Phase.TLS;
  }

  /** Returns whether the lease was still running. */
  private boolean opened(PathLease lease, Instant now, List<PathStatus> news) {
    boolean isFirstSign = lease.markConnected();
    if (!lease.markDone()) {
      return false;
    }
    if (isFirstSign) {
      connected(lease, now, news);
    }
    Key key = key(lease);
    PathEntry entry = entry(key, now);
    PathState before = entry.condition().state();
    entry.opened(lease, now, settings);
    note(key, before, entry, news);
    return true;
  }

  private void connected(PathLease lease, Instant now, List<PathStatus> news) {
    if (!lease.path().isDirect()) {
      return;
    }
    DirectPort port = direct(lease.path().port(), now);
    PathState before = port.entry().condition().state();
    port.connected(lease, now);
    if (before != PathState.OPEN && before != PathState.UNKNOWN) {
      // each platform's trouble may have been the port's: ask again
      entries.forEach(
          (key, entry) -> {
            if (key.path().isDirect() && entry.isIdle() && entry.gate(now) == PathEntry.Gate.SHUT) {
              entry.forget(now);
            }
          });
    }
    note(whole(lease.path().port()), before, port.entry(), news);
  }

  private static Optional<Answer> refusal(PathEntry entry, Instant now) {
    PathCondition condition = entry.condition();
    return switch (entry.gate(now)) {
      case FREE -> Optional.empty();
      case BUSY -> Optional.of(new Answer.Busy(condition, true));
      case RAMPING, PROBING -> Optional.of(new Answer.Busy(condition, false));
      case SHUT -> Optional.of(new Answer.Shut(condition, condition.until()));
    };
  }

  /** What keeps a trial of the direct port, which would be due, from a target. */
  private static Optional<Answer> keptFrom(DirectPort port, String target, Instant now) {
    return port.keptFrom(target, now)
        .map(until -> new Answer.Shut(port.entry().condition(), until));
  }

  private PathEntry entry(Key key, Instant now) {
    PathEntry known = entries.get(key);
    if (known != null) {
      return known;
    }
    if (entries.size() >= MOST_ENTRIES) {
      dropOldest();
    }
    PathEntry entry = new PathEntry(DIALS, now);
    entries.put(key, entry);
    return entry;
  }

  private void dropOldest() {
    Iterator<PathEntry> eldestFirst = entries.values().iterator();
    while (eldestFirst.hasNext()) {
      if (eldestFirst.next().isIdle()) {
        eldestFirst.remove();
        return;
      }
    }
  }

  private DirectPort direct(int port, Instant now) {
    return directPorts.computeIfAbsent(port, absent -> new DirectPort(settings, now));
  }

  private static Key key(PathLease lease) {
    return new Key(lease.path(), lease.target());
  }

  /** A port as a whole is the same whatever the TLS mode; the default's stands for all. */
  private static Key whole(int port) {
    return new Key(new Path(Path.DIRECT, port, TlsMode.OPPORTUNISTIC), "");
  }

  private static void note(Key key, PathState before, PathEntry entry, List<PathStatus> news) {
    if (entry.condition().state() != before) {
      news.add(status(key, entry.condition()));
    }
  }

  private static PathStatus status(Key key, PathCondition condition) {
    Optional<Instant> nextTry =
        switch (condition.state()) {
          case SUSPECT, BLOCKED -> Optional.of(condition.until());
          case UNKNOWN, OPEN, HALF_OPEN -> Optional.empty();
        };
    return new PathStatus(
        key.path(),
        key.target(),
        condition.state(),
        condition.since(),
        nextTry,
        condition.evidence());
  }
}
