package io.portolan.core.dnshealth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What of a domain or an address is checked in the DNS. */
public enum DnsCheck {
  /** The bounce domain's SPF record (RFC 7208). */
  SPF,
  /** The bounce domain takes mail, so that bounces come back (RFC 5321 section 5.1, RFC 7505). */
  MX,
  /** The public key of a domain that signs (RFC 6376 section 3.6). */
  DKIM,
  /** A sending domain's mail is signed by this installation. */
  SIGNING,
  /** A sending domain's DMARC policy, and that its mail passes it (RFC 7489). */
  DMARC,
  /** The name given in EHLO resolves (RFC 5321 section 4.1.1.1). */
  HELO,
  /** A source address has a name, and the name has the address (RFC 1912 section 2.1). */
  PTR,
  /** A domain or an address is on no blocklist (RFC 5782). */
  BLOCKLIST;

  /** As in the API and the tables. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<DnsCheck> of(String id) {
    return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
  }
}
