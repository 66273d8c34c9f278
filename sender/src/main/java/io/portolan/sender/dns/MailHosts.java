package io.portolan.sender.dns;

import java.util.List;

/** Where a session may be opened for a domain or a relay, in the order in which to try. */
public sealed interface MailHosts {

  /**
   * At least one address; RFC 5321 section 5.1 asks for at least two to be tried where there are
   * two.
   */
  record Found(List<MailHost> hosts) implements MailHosts {
    public Found {
      hosts = List.copyOf(hosts);
      if (hosts.isEmpty()) {
        throw new IllegalArgumentException("found no host");
      }
    }
  }

  /** The domain says that it takes no mail (RFC 7505): 556 5.1.10. */
  record NullMx(String reason) implements MailHosts {}

  /** The domain does not exist, or has neither mail host nor address: 5.1.2. */
  record NoSuchDomain(String reason) implements MailHosts {}

  /** Not known now; to be asked again. 4.4.3, or 4.4.4 where a mail host has no address. */
  record TemporaryFailure(String reason) implements MailHosts {}
}
