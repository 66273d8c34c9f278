package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.DnsHealthConfiguration;
import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dns.DnsRecordLookup;
import io.portolan.sender.dns.DnsSettings;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dnshealth.Blocklists;
import io.portolan.sender.dnshealth.DnsHealth;
import io.portolan.sender.dnshealth.DnsHealthChecks;
import io.portolan.sender.dnshealth.DnsHealthListener;
import io.portolan.sender.dnshealth.Subjects;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the check of the DNS works with, and what it checks: the bounce domain, the name given in
 * EHLO, the keys, the source addresses of the policy and of this host, and the domains that
 * campaigns send from.
 *
 * @param directSources those that the policy names
 */
record DnsChecking(
    Configuration configuration,
    RecordLookup records,
    DnsHealthStore store,
    List<DkimKey> keys,
    Supplier<Set<String>> directSources,
    InstantSource clock) {
  private static final Duration DEADLINE = Duration.ofSeconds(45);
  // whoever ended a campaign may begin another
  private static final Duration IN_USE = Duration.ofDays(30);

  /** Starts to check on the schedule. */
  DnsHealth start(String node, DnsHealthListener listener) {
    DnsHealthConfiguration settings = configuration.dnsHealth();
    DnsSettings dns = configuration.dns();
    boolean asksLists = !settings.blocklistServers().isEmpty();
    DnsHealth health =
        new DnsHealth(
            store,
            new DnsHealthChecks(
                records,
                asksLists
                    ? new DnsRecordLookup(
                        new DnsSettings(
                            settings.blocklistServers(),
                            dns.queryTimeout(),
                            dns.families(),
                            dns.cachedNames()))
                    : records,
                asksLists ? settings.blocklists() : Blocklists.NONE,
                DEADLINE),
            this::subjects,
            new DnsHealth.Settings(settings.every(), node, listener),
            clock,
            new SplittableRandom());
    health.start();
    return health;
  }

  private Subjects subjects() {
    return new Subjects(
        configuration.mail().bounceDomain(),
        configuration.mail().heloName(),
        sources(),
        keys,
        store.sendingDomains(clock.instant().minus(IN_USE)).stream()
            .flatMap(DnsChecking::domain)
            .collect(Collectors.toUnmodifiableSet()));
  }

  private Set<InetAddress> sources() {
    if (!configuration.dnsHealth().addresses().isEmpty()) {
      return configuration.dnsHealth().addresses();
    }
    Set<InetAddress> local = new HashSet<>();
    configuration.mail().sourceAddress().ifPresent(local::add);
    directSources.get().stream().map(InetAddress::ofLiteral).forEach(local::add);
    return Subjects.publicOnes(local);
  }

  /** A draft may have an address that is none yet. */
  private static Stream<Domain> domain(String written) {
    try {
      return Stream.of(Domain.parse(written));
    } catch (InvalidAddressException e) {
      return Stream.empty();
    }
  }
}
