package io.portolan.api.configuration;

import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.json.HumanDuration;
import io.portolan.sender.dnshealth.Blocklists;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The checks of the DNS.
 *
 * @param every between rounds
 * @param addresses that receivers see; empty: those of the policy and of this host
 * @param blocklistServers name servers that blocklists answer; empty: none is asked
 */
public record DnsHealthConfiguration(
    Duration every,
    Set<InetAddress> addresses,
    List<InetSocketAddress> blocklistServers,
    Blocklists blocklists) {
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  public DnsHealthConfiguration {
    addresses = Set.copyOf(addresses);
    blocklistServers = List.copyOf(blocklistServers);
  }

  static DnsHealthConfiguration of(Values values) {
    return new DnsHealthConfiguration(
        values.parsed(
            Settings.DNS_HEALTH_EVERY,
            "a duration of 1m or more is expected",
            text -> HumanDuration.parse(text).filter(each -> each.compareTo(SHORTEST) >= 0)),
        values
            .optional(
                Settings.DNS_HEALTH_ADDRESSES,
                "IP addresses separated by commas are expected",
                DnsHealthConfiguration::addresses)
            .orElse(Set.of()),
        values
            .optional(
                Settings.DNS_HEALTH_BLOCKLIST_SERVERS,
                "addresses separated by commas are expected",
                HostValues::servers)
            .orElse(List.of()),
        new Blocklists(
            zones(values, Settings.DNS_HEALTH_ADDRESS_BLOCKLISTS),
            zones(values, Settings.DNS_HEALTH_DOMAIN_BLOCKLISTS)));
  }

  private static Optional<Set<InetAddress>> addresses(String text) {
    return Optional.of(
        HostValues.parts(text).stream()
            .map(InetAddress::ofLiteral)
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static List<String> zones(Values values, Setting setting) {
    return values.parsed(
        setting, "domains separated by commas are expected", DnsHealthConfiguration::zones);
  }

  private static Optional<List<String>> zones(String text) {
    List<String> zones = new ArrayList<>();
    for (String zone : HostValues.parts(text)) {
      try {
        zones.add(Domain.parse(zone).name());
      } catch (InvalidAddressException e) {
        return Optional.empty();
      }
    }
    return Optional.of(zones);
  }
}
