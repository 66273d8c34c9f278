package io.portolan.core.dnshealth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a check of the DNS came out, the best first. */
public enum DnsStatus {
  OK,
  /** Mail gets through, but less well or not for long. */
  WARNING,
  /** Receivers refuse mail or distrust it because of this. */
  ERROR,
  /** The DNS did not answer; nothing is known to be wrong. */
  UNKNOWN;

  /** As in the API and the tables. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<DnsStatus> of(String id) {
    return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
  }
}
