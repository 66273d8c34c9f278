package io.portolan.sender.dns;

/** Which kinds of addresses are tried, and in which order. */
public enum AddressFamilies {
  /** IPv4 alone. */
  IPV4,
  /** IPv6 alone. */
  IPV6,
  /**
   * Both, each host's IPv4 addresses first: receivers are stricter with IPv6, and networks block it
   * more often.
   */
  IPV4_FIRST,
  /** Both, each host's IPv6 addresses first. */
  IPV6_FIRST;

  boolean includesIpv4() {
    return this != IPV6;
  }

  boolean includesIpv6() {
    return this != IPV4;
  }
}
