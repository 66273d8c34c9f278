package io.portolan.sender.dnshealth;

import java.util.List;

/**
 * The blocklists that are asked.
 *
 * @param addressZones lists of addresses, such as {@code zen.spamhaus.org}
 * @param domainZones lists of domains, such as {@code dbl.spamhaus.org}
 */
public record Blocklists(List<String> addressZones, List<String> domainZones) {
  /** Asks none. */
  public static final Blocklists NONE = new Blocklists(List.of(), List.of());

  public Blocklists {
    addressZones = List.copyOf(addressZones);
    domainZones = List.copyOf(domainZones);
  }
}
