package io.portolan.sender.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How the DNS is asked.
 *
 * @param servers which to ask; empty for the system's own
 * @param queryTimeout how long one server is given for one query
 * @param families of addresses to use
 * @param cachedNames how many answers of each kind are kept
 */
public record DnsSettings(
    List<InetSocketAddress> servers,
    Duration queryTimeout,
    AddressFamilies families,
    int cachedNames) {
  public static final DnsSettings DEFAULT =
      new DnsSettings(List.of(), Duration.ofSeconds(5), AddressFamilies.IPV4_FIRST, 50_000);

  public DnsSettings {
    servers = List.copyOf(servers);
    if (!queryTimeout.isPositive()) {
      throw new IllegalArgumentException("queryTimeout must be positive: " + queryTimeout);
    }
    if (cachedNames < 1) {
      throw new IllegalArgumentException("cachedNames must be at least 1: " + cachedNames);
    }
  }
}
