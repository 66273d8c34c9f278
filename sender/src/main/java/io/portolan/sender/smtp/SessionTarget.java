package io.portolan.sender.smtp;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.Timeouts;
import io.portolan.core.policy.TlsVersion;
import java.util.List;
import java.util.Optional;

/**
 * Where a session shall go and how.
 *
 * @param path on a relay route TLS is verified against {@code host}; on the direct route it never
 *     is, since an MX name from unsigned DNS proves nothing (RFC 7435)
 * @param host the peer's DNS name: an MX host or the relay
 * @param addresses of the host, as text, in the order in which to try them; empty when DNS has none
 * @param credentials for a relay that needs a login
 * @param heloName the name to give at EHLO
 * @param timeouts the deadline of each phase
 * @param minTls the oldest TLS to speak
 */
public record SessionTarget(
    Path path,
    String host,
    List<String> addresses,
    Optional<Credentials> credentials,
    String heloName,
    Timeouts timeouts,
    TlsVersion minTls) {
  public SessionTarget {
    addresses = List.copyOf(addresses);
    if (host.isEmpty() || heloName.isEmpty()) {
      throw new IllegalArgumentException("a session needs a host and a name to give at EHLO");
    }
    if (path.isDirect() && credentials.isPresent()) {
      throw new IllegalArgumentException("credentials are for relays, not for " + host);
    }
  }

  /** A target to which any TLS is spoken that is spoken at all. */
  public SessionTarget(
      Path path,
      String host,
      List<String> addresses,
      Optional<Credentials> credentials,
      String heloName,
      Timeouts timeouts) {
    this(path, host, addresses, credentials, heloName, timeouts, PolicyPath.DEFAULT_MIN_TLS);
  }

  /** The same at these addresses alone. */
  public SessionTarget at(List<String> some) {
    return new SessionTarget(path, host, some, credentials, heloName, timeouts, minTls);
  }
}
