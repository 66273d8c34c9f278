package io.portolan.sender.lane;

import io.portolan.core.address.Domain;
import io.portolan.core.path.IpFamily;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.TlsVersion;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.dns.MailHost;
import io.portolan.sender.dns.MailHostFinder;
import io.portolan.sender.dns.MailHosts;
import io.portolan.sender.path.PathLease;
import io.portolan.sender.smtp.Credentials;
import io.portolan.sender.smtp.SessionTarget;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Where a path leads for a recipient's domain. Thread-safe; blocks while the DNS is asked. */
final class Destinations {
  /**
   * How many addresses without an answer an opening is content with (RFC 5321 section 5.1 asks for
   * two): where packets are dropped, each one costs a message ten seconds.
   */
  static final int ENOUGH_DEAD = 2;

  private final MailHostFinder finder;
  private final Secrets secrets;
  private final String heloName;

  Destinations(MailHostFinder finder, Secrets secrets, String heloName) {
    this.finder = finder;
    this.secrets = secrets;
    this.heloName = heloName;
  }

  /** Where to dial, or why that is not known. */
  sealed interface Destination {}

  /**
   * Hosts that take the mail, in the order in which to try them.
   *
   * @param key equal for domains with the same hosts, whose mail may share a session
   */
  record Known(String key, List<SessionTarget> targets) implements Destination {}

  /** The domain takes no mail, now and later, and says so itself (null MX, RFC 7505). */
  record NoMail(String reason) implements Destination {}

  /** By our DNS there is no such domain. */
  record NoDomain(String reason) implements Destination {}

  /** Not known now. */
  record Unknown(String reason) implements Destination {}

  Destination direct(Path path, String domain, EffectiveRule rule) throws InterruptedException {
    return switch (finder.ofDomain(Domain.parse(domain))) {
      case MailHosts.Found(List<MailHost> hosts) ->
          new Known(key(hosts), targets(path, hosts, Optional.empty(), rule));
      case MailHosts.NullMx(String reason) -> new NoMail(reason);
      case MailHosts.NoSuchDomain(String reason) -> new NoDomain(reason);
      case MailHosts.TemporaryFailure(String reason) -> new Unknown(reason);
    };
  }

  /**
   * Where a relay is dialled, and with which login.
   *
   * @throws SecretException if the relay's password cannot be had
   */
  Destination relay(Path path, Relay relay, EffectiveRule rule) throws InterruptedException {
    Optional<Credentials> credentials =
        relay.needsLogin()
            ? Optional.of(new Credentials(relay.username(), secrets.resolve(relay.secretRef())))
            : Optional.empty();
    return switch (finder.ofRelay(relay.host())) {
      case MailHosts.Found(List<MailHost> hosts) ->
          new Known("relay " + relay.name(), targets(path, hosts, credentials, rule));
      case MailHosts.NullMx(String reason) -> new Unknown(reason);
      case MailHosts.NoSuchDomain(String reason) -> new Unknown(reason);
      case MailHosts.TemporaryFailure(String reason) -> new Unknown(reason);
    };
  }

  /** Remembers that an address answered. */
  void reachable(String address) {
    finder.reachable(InetAddress.ofLiteral(address));
  }

  /** Remembers that an address did not answer, so that others are dialled first for a while. */
  void unreachable(String address) {
    finder.unreachable(InetAddress.ofLiteral(address));
  }

  private List<SessionTarget> targets(
      Path path, List<MailHost> hosts, Optional<Credentials> credentials, EffectiveRule rule) {
    Map<String, List<String>> addresses = new LinkedHashMap<>();
    for (MailHost host : hosts) {
      addresses
          .computeIfAbsent(host.name(), _ -> new ArrayList<>())
          .add(host.address().getHostAddress());
    }
    return addresses.entrySet().stream()
        .map(
            each ->
                new SessionTarget(
                    path,
                    each.getKey(),
                    each.getValue(),
                    credentials,
                    heloName,
                    rule.timeouts(),
                    minimumTls(rule, path)))
        .toList();
  }

  /** The oldest TLS that a rule allows on a path. */
  static TlsVersion minimumTls(EffectiveRule rule, Path path) {
    return rule.find(path).map(PolicyPath::minimumTls).orElse(PolicyPath.DEFAULT_MIN_TLS);
  }

  private static String key(List<MailHost> hosts) {
    TreeSet<String> names = new TreeSet<>();
    hosts.forEach(host -> names.add(host.name()));
    return String.join(" ", names);
  }

  /**
   * Those of a host that are worth being dialled for one message, by a family that gets through.
   */
  static List<String> worthDialling(SessionTarget host, PathLease lease) {
    IpFamily ofSource = IpFamily.of(host.path().source());
    Predicate<String> suits =
        ofSource == IpFamily.ANY ? lease::mayDial : address -> IpFamily.of(address) == ofSource;
    List<String> usable = host.addresses().stream().filter(suits).toList();
    List<String> all = usable.isEmpty() ? host.addresses() : usable;
    List<String> chosen = new ArrayList<>(all.subList(0, Math.min(all.size(), ENOUGH_DEAD)));
    // one of the other family, or a family that is dead would never be told from a dead path
    all.stream()
        .filter(each -> chosen.stream().noneMatch(it -> IpFamily.of(it) == IpFamily.of(each)))
        .findFirst()
        .ifPresent(chosen::add);
    return chosen;
  }
}
