package io.portolan.sender.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What the DNS says about a host's addresses. */
public sealed interface HostAnswer {

  /** At least one address, in the order in which they are to be tried. */
  record Addresses(List<InetAddress> addresses, Duration timeToLive) implements HostAnswer {
    public Addresses {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("an answer without addresses is NoSuchHost");
      }
    }
  }

  /** The host does not exist or has no address. */
  record NoSuchHost(Duration timeToLive) implements HostAnswer {}

  /** No answer now: a timeout, SERVFAIL and their like. To be asked again. */
  record TemporaryFailure(String detail) implements HostAnswer {}
}
