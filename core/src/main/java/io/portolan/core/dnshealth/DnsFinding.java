package io.portolan.core.dnshealth;

/**
 * What one check of one subject found. Texts are one line and cut to what a table takes, for they
 * hold what strangers publish.
 *
 * @param subject a domain, a host name or an address
 * @param seen the record, or what stands for it; empty where there is none
 * @param meaning what it means for mail
 * @param advice what to do next; empty where there is nothing to do
 */
public record DnsFinding(
    String subject, DnsCheck check, DnsStatus status, String seen, String meaning, String advice) {
  private static final int LONGEST = 1_000;

  public DnsFinding {
    seen = line(seen);
    meaning = line(meaning);
    advice = line(advice);
  }

  private static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}|\\p{Cs}", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
