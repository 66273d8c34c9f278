package io.portolan.sender.path;

import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.StoredHealth;
import io.portolan.core.policy.Path;
import io.portolan.core.relay.Relay;
import io.portolan.core.reply.Phase;
import io.portolan.sender.hold.LoginAlarm;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.hold.RouteHolds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * What is known about every path, from openings that mail wanted, from looks at paths that were
 * left, and from the other nodes of this network. A relay's path is known as one; direct is known
 * for each platform, because one dead mail host says nothing about the others, and for its port as
 * a whole.
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

  /** A relay that cannot check a login just now is left alone for so long. */
  private static final Duration LOGIN_PAUSE = Duration.ofMinutes(1);

  /** As long as a look takes with its deadlines, and more. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(90);

  private final HealthSettings settings;
  private final InstantSource clock;
  private final String node;
  private final HealthJournal journal = new HealthJournal();
  private final Object monitor = new Object();
  private final PathTable table;
  private final LookTable looks;
  private final RouteHolds holds = new RouteHolds();
  private volatile LoginAlarm loginAlarm = (_, _, _) -> {};
  private long leases;

  /**
   * @param node the name that this node goes by among those of its network
   */
  public PathHealth(HealthSettings settings, InstantSource clock, String node) {
    this.settings = settings;
    this.clock = clock;
    this.node = node;
    table = new PathTable(settings);
    looks = new LookTable(table, settings);
  }

  /** Names who hears of relays that refuse our login. */
  public void onLoginRefused(LoginAlarm alarm) {
    loginAlarm = alarm;
  }

  /** Everything known, ports as a whole first. */
  public List<PathStatus> snapshot() {
    synchronized (monitor) {
      return table.snapshot();
    }
  }

  /** The relays whose mail is held because they refused our login. */
  public List<RouteHold> holds() {
    synchronized (monitor) {
      return holds.all();
    }
  }

  /** Forgets what is known of a relay, such as when it was defined anew. */
  public void forget(String route) {
    change(
        (now, news) -> {
          holds.release(route);
          table.forget(route, now, news);
        });
  }

  /** What is to be stored for the other nodes. */
  HealthJournal journal() {
    return journal;
  }

  /** Why an opening may not begin now; empty when it may. Changes nothing. */
  Optional<Answer> obstacle(Path path, String target, Optional<Relay> relay) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return obstacle(HealthKey.of(path, target), relay, now);
    }
  }

  /** The condition of a path: for direct that of its port as a whole, where that is left. */
  PathCondition condition(Path path, String target) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return table.condition(HealthKey.of(path, target), now);
    }
  }

  /** Asks for leave to open a session. */
  Answer ask(Path path, String target, Optional<Relay> relay) {
    Instant now = clock.instant();
    synchronized (monitor) {
      HealthKey key = HealthKey.of(path, target);
      Optional<Answer> obstacle = obstacle(key, relay, now);
      if (obstacle.isPresent()) {
        if (obstacle.get() instanceof Answer.Shut) {
          table.want(key);
        }
        return obstacle.get();
      }
      PathLease lease = new PathLease(this, path, key.target(), relay, ++leases, now);
      PathCondition before = table.begin(lease, now);
      relay.ifPresent(each -> holds.begin(each, now));
      return new Answer.Granted(lease, before);
    }
  }

  private Optional<Answer> obstacle(HealthKey key, Optional<Relay> relay, Instant now) {
    return relay
        .flatMap(each -> holds.on(each, now))
        .<Answer>map(Answer.OnHold::new)
        .or(() -> table.obstacle(key, now));
  }

  /** Whether somebody else answers in the place of the mail hosts that a path leads to. */
  boolean isIntercepted(Path path) {
    synchronized (monitor) {
      return path.isDirect() && table.blocks().isIntercepted(path.port());
    }
  }

  /** Why mail would not take a path at this moment, in words; empty while it would. */
  public Optional<String> closedBecause(Path path, String target) {
    return Optional.of(condition(path, target))
        .filter(PathCondition::isLeft)
        .map(left -> left.state().id() + " (" + left.evidence() + ")");
  }

  /** Whether mail has left a path. */
  boolean isLeft(Path path, String target) {
    return condition(path, target).isLeft();
  }

  /**
   * Whether mail dials a path at addresses of an IP family: neither the verdict on its port nor
   * what is known of the path itself speaks for the other family alone.
   */
  public boolean mayDial(HealthKey key, IpFamily family) {
    synchronized (monitor) {
      return (family != IpFamily.IPV6 || table.blocks().isIpv6Allowed(key.path().port()))
          && table.families().isDialled(key, family);
    }
  }

  /** What the verdict on a port, which rounds of looks agree on, means for mail. */
  public void judged(int port, PortEffect effect) {
    synchronized (monitor) {
      table.judged(port, effect);
    }
  }

  /** The connects of mail in the last half hour, the oldest first. */
  public List<ConnectResult> recentConnects() {
    synchronized (monitor) {
      return table.recentConnects();
    }
  }

  /** The paths that a look is due at, those that much mail waits for first. */
  public List<HealthKey> dueLooks() {
    Instant now = clock.instant();
    synchronized (monitor) {
      return looks.due(now);
    }
  }

  /** When a look that begins now is given up, also if its node dies. */
  public Instant lookLimit() {
    return clock.instant().plus(LONGEST_LOOK);
  }

  /**
   * Begins a look that this node has claimed.
   *
   * @return the hosts to look at, by name or address; none when mail takes the path again
   */
  public List<String> beginLook(HealthKey key, Instant limit) {
    return changed((now, news) -> looks.begin(key, limit, news));
  }

  /** The host answered, whatever it said. */
  public void goodLook(HealthKey key) {
    change((now, news) -> looks.good(key, now, news));
  }

  /** The path is no better. */
  public void badLook(HealthKey key, String evidence) {
    change((now, news) -> looks.bad(key, evidence, now, news));
  }

  /** The host to look at has no address any more: the path is as good as not tried. */
  public void goneLook(HealthKey key) {
    change((now, news) -> looks.gone(key, now, news));
  }

  /**
   * The look is not this node's to take, or no look is wanted any more.
   *
   * @param stored what is stored of the path; empty when that is not what is known here, which is
   *     stored anew
   */
  public void refusedLook(HealthKey key, Optional<StoredHealth> stored) {
    Instant now = clock.instant();
    synchronized (monitor) {
      if (stored.isEmpty()) {
        table.restate(key).ifPresent(change -> journal.add(change, now, node));
      } else if (!journal.isPending(key)) {
        table.learn(stored.get(), now);
      }
    }
  }

  /** The look told nothing. */
  public void abandonedLook(HealthKey key) {
    change((now, news) -> looks.abandoned(key, now, news));
  }

  /** Takes over what another node stored, unless this one knows something newer. */
  void learn(StoredHealth health) {
    Instant now = clock.instant();
    synchronized (monitor) {
      if (!health.node().equals(node) && !journal.isPending(health.key())) {
        table.learn(health, now);
      }
    }
  }

  /** Takes over what was stored when this node starts. */
  void restore(StoredHealth health) {
    Instant now = clock.instant();
    synchronized (monitor) {
      table.learn(health, now);
    }
  }

  void connected(PathLease lease, String address) {
    change((now, news) -> table.connected(lease, address, now, news));
  }

  void unreachable(PathLease lease, String address, String kind) {
    synchronized (monitor) {
      lease.addUnreached(address, kind);
    }
  }

  void opened(PathLease lease) {
    change(
        (now, news) -> {
          if (table.opened(lease, now, news)) {
            lease.relay().ifPresent(relay -> holds.release(relay.name(), RouteHolds.Refused.LOGIN));
          }
        });
  }

  /**
   * A message was taken on a session of this path: its port passes packets, and its relay takes our
   * mail. Quick enough to be called for every message.
   */
  void passed(Path path) {
    synchronized (monitor) {
      if (path.isDirect()) {
        table.passed(path);
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
    change((now, news) -> table.opened(lease, now, news));
  }

  void loginMissing(PathLease lease, String reason) {
    abandoned(lease);
    holdForLogin(lease, reason);
  }

  private void holdForLogin(PathLease lease, String reason) {
    Relay relay = lease.relay().orElseThrow();
    RouteHold hold = hold(relay, RouteHolds.Refused.LOGIN, reason, settings.loginHold());
    PathLog.loginRefused(relay, hold);
    loginAlarm.refused(relay, hold, clock.instant());
  }

  private RouteHold hold(Relay relay, RouteHolds.Refused refused, String reason, Duration length) {
    Instant now = clock.instant();
    synchronized (monitor) {
      return holds.hold(relay, refused, reason, now, length);
    }
  }

  void failed(PathLease lease, Phase phase, String kind, String host) {
    if (phase == Phase.DNS) {
      abandoned(lease);
      return;
    }
    boolean isConnect = phase == Phase.CONNECT;
    // a peer that is silent or hangs up before it is ready may just be busy
    boolean isClear = isConnect || phase == Phase.TLS;
    change((now, news) -> table.failed(lease, isConnect, isClear, kind, host, now, news));
  }

  void abandoned(PathLease lease) {
    Instant now = clock.instant();
    synchronized (monitor) {
      table.abandoned(lease, now);
    }
  }

  private void change(BiConsumer<Instant, List<HealthChange>> step) {
    var _ =
        changed(
            (now, news) -> {
              step.accept(now, news);
              return true;
            });
  }

  private <T> T changed(BiFunction<Instant, List<HealthChange>, T> work) {
    Instant now = clock.instant();
    List<HealthChange> news = new ArrayList<>();
    T result;
    synchronized (monitor) {
      result = work.apply(now, news);
      news.stream().filter(HealthChange::isTelling).forEach(each -> journal.add(each, now, node));
    }
    news.stream().filter(HealthChange::isTransition).forEach(PathLog::report);
    return result;
  }
}
