package io.portolan.sender.dnshealth;

import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;

/** Makes the findings of one check of one subject. */
record Findings(String subject, DnsCheck check) {

  DnsFinding ok(String seen, String meaning) {
    return of(DnsStatus.OK, seen, meaning, "");
  }

  DnsFinding warning(String seen, String meaning, String advice) {
    return of(DnsStatus.WARNING, seen, meaning, advice);
  }

  DnsFinding error(String seen, String meaning, String advice) {
    return of(DnsStatus.ERROR, seen, meaning, advice);
  }

  /**
   * Nothing is known.
   *
   * @param what could not be found out, as a sentence without its full stop
   */
  DnsFinding unknown(String what, String detail) {
    return of(
        DnsStatus.UNKNOWN,
        "",
        what + ": the DNS did not answer (" + detail + "). That says nothing of the record.",
        "It is asked again in the next round. If it stays so, look at the name servers of the domain"
            + " and at those that this host asks (dns.servers).");
  }

  DnsFinding of(DnsStatus status, String seen, String meaning, String advice) {
    return new DnsFinding(subject, check, status, seen, meaning, advice);
  }
}
