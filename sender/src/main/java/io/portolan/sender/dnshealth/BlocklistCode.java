package io.portolan.sender.dnshealth;

/**
 * What an address in a blocklist's answer means.
 *
 * @param isListing false: the list did not answer the question
 */
record BlocklistCode(boolean isListing, String words) {

  /**
   * Reads one.
   *
   * @param zone of the list
   * @param address of the answer, such as {@code 127.0.0.2}
   */
  static BlocklistCode of(String zone, String address) {
    if (!address.startsWith("127.")) {
      // RFC 5782 section 2.1: a listing is within 127/8; what else comes is no answer of the list
      return new BlocklistCode(
          false, "the name server invents answers (" + address + "), or the list is no more");
    }
    if (address.startsWith("127.255.255.")) {
      return new BlocklistCode(false, refusal(address));
    }
    if (!isSpamhaus(zone)) {
      return new BlocklistCode(true, address);
    }
    return address.equals("127.0.1.255")
        ? new BlocklistCode(false, "an address was asked of a list of domains")
        : new BlocklistCode(true, spamhaus(address));
  }

  /** Spamhaus, by its own zones and by those of its data query service. */
  static boolean isSpamhaus(String zone) {
    return zone.endsWith("spamhaus.org") || zone.endsWith("spamhaus.net");
  }

  private static String refusal(String address) {
    return switch (address) {
      case "127.255.255.252" -> "the name of the list is mistyped (" + address + ")";
      case "127.255.255.254" -> "the list does not answer public resolvers (" + address + ")";
      case "127.255.255.255" -> "the list was asked too often (" + address + ")";
      default -> "the list refuses the question (" + address + ")";
    };
  }

  private static String spamhaus(String address) {
    String list =
        switch (address) {
          case "127.0.0.2" -> "SBL: a source of spam";
          case "127.0.0.3" -> "CSS: a source of spam found by machines";
          case "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7" -> "XBL: a host taken over";
          case "127.0.0.9" -> "DROP: a network taken over";
          case "127.0.0.10", "127.0.0.11" -> "PBL: an address that should send no mail itself";
          case "127.0.0.30" -> "BCL: a host that commands others taken over";
          case "127.0.1.2" -> "DBL: a domain of spam";
          case "127.0.1.4" -> "DBL: a domain of phishing";
          case "127.0.1.5" -> "DBL: a domain of malware";
          case "127.0.1.6" -> "DBL: a domain that commands hosts taken over";
          default ->
              address.matches("127\\.0\\.1\\.10[2-6]")
                  ? "DBL: a good domain that others abuse"
                  : "listed";
        };
    return list + " (" + address + ")";
  }
}
