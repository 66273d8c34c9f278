package io.portolan.api.configuration;

import io.portolan.core.address.Domain;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads names and addresses of hosts, and knows this host's own. */
final class HostValues {
  private HostValues() {}

  /** What stands between commas. */
  static List<String> parts(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  static Optional<List<InetSocketAddress>> servers(String text) {
    List<InetSocketAddress> servers = new ArrayList<>();
    for (String each : parts(text)) {
      int colon = each.indexOf(':');
      // a second colon: an IPv6 address without a port
      boolean hasPort = colon > 0 && colon == each.lastIndexOf(':');
      String address = hasPort ? each.substring(0, colon) : each;
      int port = hasPort ? Integer.parseInt(each.substring(colon + 1)) : 53;
      servers.add(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }
    return Optional.of(servers);
  }

  static Domain bounceDomain(String helo) {
    try {
      return Domain.parse(helo);
    } catch (RuntimeException e) {
      return Domain.parse("localhost.localdomain");
    }
  }

  static String hostName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
