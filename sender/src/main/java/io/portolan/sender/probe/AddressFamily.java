package io.portolan.sender.probe;

import java.net.Inet4Address;
import java.net.InetAddress;

/** IPv4 or IPv6. Networks block one and not the other. */
public enum AddressFamily {
  IPV4("IPv4"),
  IPV6("IPv6");

  private final String label;

  AddressFamily(String label) {
    this.label = label;
  }

  static AddressFamily of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }

  /** Such as {@code IPv4}. */
  public String label() {
    return label;
  }
}
