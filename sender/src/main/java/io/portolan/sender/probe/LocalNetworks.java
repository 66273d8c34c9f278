package io.portolan.sender.probe;

import java.net.Inet6Address;
import java.net.InetAddress;

/** The addresses that lead no packet out of the networks on this side of the Internet. */
final class LocalNetworks {
  private LocalNetworks() {}

  static boolean contain(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()
        || isUniqueLocal(address)
        || isShared(address);
  }

  /** RFC 4193: fc00::/7. */
  private static boolean isUniqueLocal(InetAddress address) {
    return address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
  }

  /** RFC 6598: 100.64.0.0/10, between a provider's translator and its customers. */
  private static boolean isShared(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 4 && octets[0] == 100 && (octets[1] & 0xc0) == 0x40;
  }
}
