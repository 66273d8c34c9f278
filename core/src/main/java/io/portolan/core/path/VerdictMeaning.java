package io.portolan.core.path;

import io.portolan.core.policy.TlsMode;

/**
 * What a verdict on a whole port means for mail; the one place that says so. It is of the host's
 * own source address, from which rounds of looks leave. A relay's path is judged by its own health
 * where that is known, for a relay may be where the network blocks nothing.
 */
public enum VerdictMeaning {
  /** It gets through, or nothing is known. */
  FREE,
  /** It gets through by IPv4 alone. */
  WITHOUT_IPV6,
  /**
   * Connections come about, and TLS by STARTTLS does not: direct mail goes on without TLS where it
   * may.
   */
  WITHOUT_STARTTLS,
  /** Nothing gets through, unless connections of mail itself show that it does. */
  STOPPED,
  /** Somebody else answers, whatever the source, so connections that come about show nothing. */
  INTERCEPTED;

  /** The meaning of a verdict by its name, such as {@code port-blocked}. */
  public static VerdictMeaning of(String verdict) {
    return switch (verdict) {
      case "port-blocked", "egress-down", "local-policy" -> STOPPED;
      case "intercepted" -> INTERCEPTED;
      case "tls-stripped" -> WITHOUT_STARTTLS;
      case "ipv6-only" -> WITHOUT_IPV6;
      default -> FREE;
    };
  }

  /** Whether direct mail does not get through, or not to whom it is for. */
  public boolean stopsDirect() {
    return this == STOPPED || this == INTERCEPTED;
  }

  /** Whether a relay outside this network is not reached as it must be. */
  public boolean stopsRelay(TlsMode tls) {
    return stopsDirect() || (this == WITHOUT_STARTTLS && tls == TlsMode.STARTTLS);
  }
}
