package io.portolan.core.isp;

import java.time.Duration;
import java.util.List;

/** What the DNS says about where a domain takes its mail (RFC 5321 section 5.1). */
public sealed interface MxAnswer {

  /** MX records; at least one. */
  record Hosts(List<MxHost> hosts, Duration timeToLive) implements MxAnswer {
    public Hosts {
      hosts = hosts.stream().sorted().toList();
      if (hosts.isEmpty()) {
        throw new IllegalArgumentException("an answer without hosts is ImplicitMx or NoSuchDomain");
      }
    }

    /** The hosts of the lowest preference number, which are to be tried first. */
    public List<MxHost> preferred() {
      int best = hosts.getFirst().preference();
      return hosts.stream().takeWhile(host -> host.preference() == best).toList();
    }
  }

  /** No MX record but an address: the domain is its own mail host. */
  record ImplicitMx(Duration timeToLive) implements MxAnswer {}

  /** {@code MX 0 .}: the domain takes no mail (RFC 7505). */
  record NullMx(Duration timeToLive) implements MxAnswer {}

  /** The domain does not exist, or has neither an MX record nor an address. */
  record NoSuchDomain(Duration timeToLive) implements MxAnswer {}

  /** No answer now: a timeout, SERVFAIL and their like. To be asked again. */
  record TemporaryFailure(String detail) implements MxAnswer {}
}
