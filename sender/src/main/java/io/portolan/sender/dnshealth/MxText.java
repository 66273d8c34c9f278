package io.portolan.sender.dnshealth;

/** The parts of an MX record as {@link io.portolan.sender.dns.RecordAnswer} writes it. */
final class MxText {
  private MxText() {}

  static int preference(String value) {
    return Integer.parseInt(value.substring(0, value.indexOf(' ')));
  }

  /** Empty for the null MX (RFC 7505). */
  static String host(String value) {
    return value.substring(value.indexOf(' ') + 1);
  }
}
