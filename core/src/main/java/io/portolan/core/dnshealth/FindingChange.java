package io.portolan.core.dnshealth;

import java.time.Instant;

/**
 * A check whose status is another than before. That the DNS did not answer is no change.
 *
 * @param id rises with time; 0 while it is not stored
 * @param from the status known before; {@link DnsStatus#UNKNOWN} for a first finding
 * @param finding what was found
 */
public record FindingChange(long id, Instant at, DnsStatus from, DnsFinding finding, String node) {

  /** Whether people should hear of it: it turned to an error, or back from one. */
  public boolean isAlert() {
    return finding.status() == DnsStatus.ERROR || from == DnsStatus.ERROR;
  }
}
