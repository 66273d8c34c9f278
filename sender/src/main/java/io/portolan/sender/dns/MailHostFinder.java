package io.portolan.sender.dns;

import io.portolan.core.address.Domain;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.isp.MxLookup;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The order in which a domain's mail hosts, or a relay's addresses, are tried: by preference,
 * equals shuffled (RFC 5321 section 5.1), those that did not answer of late at the end. Which hosts
 * are named stays the same for as long as the DNS says the same, so that sessions can be shared.
 *
 * <p>Thread-safe; blocks while the DNS is asked.
 */
public final class MailHostFinder {
  /** Addresses in all; where there are several hosts each gives its share of them, at least one. */
  private static final int MOST = 4;

  private static final Duration REMEMBERED = Duration.ofMinutes(5);
  private static final int MOST_REMEMBERED = 10_000;

  private final MxLookup mx;
  private final HostLookup hosts;
  private final Random random;
  private final InstantSource clock;

  // guarded by itself
  private final Map<InetAddress, Instant> unreachable = new LinkedHashMap<>();

  public MailHostFinder(MxLookup mx, HostLookup hosts, Random random, InstantSource clock) {
    this.mx = mx;
    this.hosts = hosts;
    this.random = random;
    this.clock = clock;
  }

  /** The mail hosts of a domain; never a loopback, unspecified or multicast address. */
  public MailHosts ofDomain(Domain domain) throws InterruptedException {
    return switch (mx.lookUp(domain)) {
      case MxAnswer.Hosts answer -> addresses(domain.name(), inOrder(answer.hosts()), true);
      case MxAnswer.ImplicitMx _ -> addresses(domain.name(), List.of(domain.name()), true);
      case MxAnswer.NullMx _ -> new MailHosts.NullMx(domain + " takes no mail (null MX)");
      case MxAnswer.NoSuchDomain _ ->
          new MailHosts.NoSuchDomain(domain + " does not exist or has no mail host");
      case MxAnswer.TemporaryFailure(String detail) ->
          new MailHosts.TemporaryFailure(
              "the mail hosts of " + domain + " are not known: " + detail);
    };
  }

  /** The addresses of a relay. */
  public MailHosts ofRelay(String host) throws InterruptedException {
    return addresses(host, List.of(host), false);
  }

  /** Remembers that an address did not answer, so that others are tried first for a while. */
  public void unreachable(InetAddress address) {
    synchronized (unreachable) {
      unreachable.remove(address);
      unreachable.put(address, clock.instant().plus(REMEMBERED));
      if (unreachable.size() > MOST_REMEMBERED) {
        unreachable.remove(unreachable.keySet().iterator().next());
      }
    }
  }

  /** Remembers that an address answered. */
  public void reachable(InetAddress address) {
    synchronized (unreachable) {
      unreachable.remove(address);
    }
  }

  private List<String> inOrder(List<MxHost> records) {
    // taken in a fixed order, so that the hosts named are always the same, then shuffled
    List<MxHost> taken = new ArrayList<>(records.stream().sorted().distinct().limit(MOST).toList());
    Collections.shuffle(taken, random);
    // the sort is stable: equals stay shuffled
    taken.sort(Comparator.comparingInt(MxHost::preference));
    return taken.stream().map(MxHost::host).distinct().toList();
  }

  private MailHosts addresses(String whose, List<String> names, boolean isForeign)
      throws InterruptedException {
    List<MailHost> found = new ArrayList<>();
    String failure = "no mail host of " + whose + " has an address";
    for (String name : names) {
      switch (hosts.lookUp(name)) {
        case HostAnswer.Addresses(List<InetAddress> addresses, Duration _) -> {
          List<InetAddress> usable =
              spread(
                  addresses.stream().filter(address -> !isForeign || isForeign(address)).toList());
          if (usable.isEmpty()) {
            failure = "mail host " + name + " of " + whose + " is this host itself";
          }
          int share = Math.max(1, MOST / names.size());
          usable.stream().limit(share).forEach(address -> found.add(new MailHost(name, address)));
        }
        case HostAnswer.NoSuchHost _ -> {}
        case HostAnswer.TemporaryFailure(String detail) ->
            failure = "the address of " + name + " is not known: " + detail;
      }
    }
    if (found.isEmpty()) {
      return new MailHosts.TemporaryFailure(failure);
    }
    return new MailHosts.Found(answeringFirst(found));
  }

  /** Shuffles addresses of the same family, whose order is of no meaning. */
  private List<InetAddress> spread(List<InetAddress> addresses) {
    List<InetAddress> spread = new ArrayList<>(addresses);
    Collections.shuffle(spread, random);
    spread.sort(
        Comparator.comparing(
            address -> !address.getClass().equals(addresses.getFirst().getClass())));
    return spread;
  }

  /** A domain of others whose mail host is "localhost" wants no mail; it must not reach ours. */
  private static boolean isForeign(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress();
  }

  private List<MailHost> answeringFirst(List<MailHost> hosts) {
    Instant now = clock.instant();
    List<MailHost> ordered = new ArrayList<>(hosts);
    synchronized (unreachable) {
      unreachable.values().removeIf(until -> !now.isBefore(until));
      ordered.sort(Comparator.comparing(host -> unreachable.containsKey(host.address())));
    }
    return ordered;
  }
}
