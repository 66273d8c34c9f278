package io.portolan.sender.watch;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.path.HealthKey;
import io.portolan.core.path.IpFamily;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.Relays;
import io.portolan.core.reply.Phase;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.dns.HostLookup;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.SessionTarget;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the paths that mail has left and would take: connect, banner, EHLO, TLS, QUIT, without a
 * login and without a message, so that a path which is still blocked costs no mail. Of the nodes of
 * a network one looks at a path at a time.
 *
 * <p>Thread-safe.
 */
public final class PathLooks {
  private static final Logger log = LoggerFactory.getLogger(PathLooks.class);
  private static final int AT_ONCE = 16;
  private static final Duration STEP = Duration.ofSeconds(30);

  // ten seconds are four to seven SYNs, so that no usual loss stops them all
  private static final Timeouts TIMEOUTS =
      new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), STEP, STEP, STEP, STEP);

  private final PathHealth health;
  private final PathHealthStore store;
  private final Relays relays;
  private final Vantage vantage;
  private final InstantSource clock;
  private final AtomicInteger turns = new AtomicInteger();
  private final Set<HealthKey> underWay = ConcurrentHashMap.newKeySet();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * From where is looked, and how.
   *
   * @param node the name of this node
   * @param heloName the name to give at EHLO
   */
  public record Vantage(String node, String heloName, HostLookup names, SessionOpener opener) {}

  public PathLooks(
      PathHealth health,
      PathHealthStore store,
      Relays relays,
      Vantage vantage,
      InstantSource clock) {
    this.health = health;
    this.store = store;
    this.relays = relays;
    this.vantage = vantage;
    this.clock = clock;
  }

  /** What a look told. */
  private sealed interface Finding {
    record Good() implements Finding {}

    record Bad(String evidence) implements Finding {}

    record Nothing() implements Finding {}

    /** There is no such host any more, or none is known. */
    record Gone() implements Finding {}
  }

  /** Begins the looks that are due, each on a thread of its own. */
  void lookWhereDue() {
    for (HealthKey key : health.dueLooks()) {
      if (!places.tryAcquire()) {
        return;
      }
      if (underWay.add(key)) {
        var _ = threads.submit(() -> look(key));
      } else {
        places.release();
      }
    }
  }

  /** Whether no look is under way. */
  boolean isIdle() {
    return underWay.isEmpty();
  }

  void close() {
    threads.shutdownNow();
  }

  private void look(HealthKey key) {
    try {
      Instant limit = health.lookLimit();
      if (store.claimLook(key, clock.instant(), limit, vantage.node())) {
        List<String> hosts = health.beginLook(key, limit);
        if (hosts.isEmpty()) {
          health.refusedLook(key, Optional.empty());
        } else {
          tell(key, finding(key, hosts));
        }
      } else {
        health.refusedLook(key, store.find(key));
      }
    } catch (DatabaseException e) {
      log.debug("no look at {} while the database is away", key.label(), e);
    } catch (RuntimeException e) {
      log.error("the look at {} has failed", key.label(), e);
      health.abandonedLook(key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.remove(key);
      places.release();
    }
  }

  private void tell(HealthKey key, Finding finding) {
    switch (finding) {
      case Finding.Good _ -> health.goodLook(key);
      case Finding.Bad(String evidence) -> health.badLook(key, evidence);
      case Finding.Nothing _ -> health.abandonedLook(key);
      case Finding.Gone _ -> health.goneLook(key);
    }
  }

  /** A port as a whole is free when one of its hosts can be connected to. */
  private Finding finding(HealthKey key, List<String> hosts) throws InterruptedException {
    Path path = key.path();
    if (!path.isDirect()) {
      Optional<Relay> relay = relays.find(path.route());
      return relay.isPresent() ? at(key, relay.get().host()) : new Finding.Nothing();
    }
    Finding finding = new Finding.Nothing();
    for (String host : hosts) {
      Finding here = at(key, host);
      if (here instanceof Finding.Good) {
        return here;
      }
      finding = finding instanceof Finding.Bad ? finding : here;
    }
    return finding;
  }

  private Finding at(HealthKey key, String host) throws InterruptedException {
    if (host.isEmpty()) {
      return new Finding.Gone();
    }
    return switch (addresses(host)) {
      case HostAnswer.NoSuchHost _ -> new Finding.Gone();
      case HostAnswer.TemporaryFailure _ -> new Finding.Nothing();
      case HostAnswer.Addresses(List<InetAddress> addresses, Duration _) ->
          at(key, host, chosen(addresses, key));
    };
  }

  private Finding at(HealthKey key, String host, List<String> addresses) {
    if (addresses.isEmpty()) {
      return new Finding.Gone();
    }
    Path path = key.path();
    return switch (vantage
        .opener()
        .open(
            new SessionTarget(
                path, host, addresses, Optional.empty(), vantage.heloName(), TIMEOUTS))) {
      case Opening.Opened(var session) -> {
        session.close();
        yield new Finding.Good();
      }
      case Opening.Refused _ -> new Finding.Good();
      case Opening.PathFailed failed -> of(failed, key);
    };
  }

  private static Finding of(Opening.PathFailed failed, HealthKey key) {
    FailureKind kind = failed.kind();
    if (kind == FailureKind.DNS || kind == FailureKind.LOCAL_FAULT) {
      return new Finding.Nothing();
    }
    // what answers on a port shows that its packets pass, and those of an IP family
    boolean connectIsEnough = key.isWhole() || key.family() != IpFamily.ANY;
    boolean isShut = key.path().isDirect() ? kind.blocksPath() : kind.blocksRelayPath();
    boolean isConnected = failed.phase().compareTo(Phase.CONNECT) > 0;
    return !isShut || (connectIsEnough && isConnected)
        ? new Finding.Good()
        : new Finding.Bad(kind.id());
  }

  private HostAnswer addresses(String host) throws InterruptedException {
    return host.matches("[0-9.]+") || host.contains(":")
        ? new HostAnswer.Addresses(List.of(InetAddress.ofLiteral(host)), Duration.ofMinutes(1))
        : vantage.names().lookUp(host);
  }

  /**
   * The address to look at: of the family that is asked about; else one of each that the path's
   * source and what is known leave, so that a look costs few connects. All that are known where
   * that leaves none. Of several of a family each has its turn, since one may be dead by itself.
   */
  private List<String> chosen(List<InetAddress> all, HealthKey key) {
    IpFamily ofSource = IpFamily.of(key.path().source());
    IpFamily wanted = ofSource == IpFamily.ANY ? key.family() : ofSource;
    Map<IpFamily, List<String>> byFamily =
        all.stream()
            .map(InetAddress::getHostAddress)
            .collect(Collectors.groupingBy(IpFamily::of, LinkedHashMap::new, Collectors.toList()));
    int turn = turns.getAndIncrement();
    Map<IpFamily, String> next = new LinkedHashMap<>();
    byFamily.forEach(
        (family, addresses) ->
            next.put(family, addresses.get(Math.floorMod(turn, addresses.size()))));
    if (wanted != IpFamily.ANY) {
      return Optional.ofNullable(next.get(wanted)).stream().toList();
    }
    List<String> open = new ArrayList<>();
    next.forEach(
        (family, address) -> {
          if (health.mayDial(key, family)) {
            open.add(address);
          }
        });
    return open.isEmpty() ? List.copyOf(next.values()) : open;
  }
}
