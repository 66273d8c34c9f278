package io.portolan.core.path;

import java.util.Arrays;

/** The IP family of a peer's address, or both. */
public enum IpFamily {
  /** Whichever a host has. */
  ANY(""),
  IPV4("ipv4"),
  IPV6("ipv6");

  private final String id;

  IpFamily(String id) {
    this.id = id;
  }

  /** The name in SQL and JSON; empty for both. */
  public String id() {
    return id;
  }

  /** The family of an address in digits; {@link #ANY} for what is none. */
  public static IpFamily of(String address) {
    if (address.indexOf(':') >= 0) {
      return IPV6;
    }
    return !address.isEmpty() && address.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))
        ? IPV4
        : ANY;
  }

  /** The other one. */
  public IpFamily other() {
    return switch (this) {
      case ANY -> ANY;
      case IPV4 -> IPV6;
      case IPV6 -> IPV4;
    };
  }

  static IpFamily ofId(String id) {
    return Arrays.stream(values())
        .filter(family -> family.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no IP family: " + id));
  }
}
