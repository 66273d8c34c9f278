package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.ReverseMap;

/** Blocklists of addresses and of domains (RFC 5782). */
final class BlocklistCheck {
  private static final String PLAIN_RESOLVER =
      "Set dns-health.blocklist-servers to a name server of your own that asks the lists itself.";

  private final RecordLookup dns;
  private final Blocklists lists;

  BlocklistCheck(RecordLookup dns, Blocklists lists) {
    this.dns = dns;
    this.lists = lists;
  }

  boolean asksAddresses() {
    return !lists.addressZones().isEmpty();
  }

  boolean asksDomains() {
    return !lists.domainZones().isEmpty();
  }

  DnsFinding check(InetAddress address) throws InterruptedException {
    // the reversed labels without in-addr.arpa or ip6.arpa (RFC 5782 sections 2.1 and 2.4)
    String reversed =
        ReverseMap.fromAddress(address).toString(true).replaceFirst("\\.(in-addr|ip6)\\.arpa$", "");
    return check(address.getHostAddress(), reversed, lists.addressZones());
  }

  DnsFinding check(Domain domain) throws InterruptedException {
    return check(domain.name(), domain.name(), lists.domainZones());
  }

  private DnsFinding check(String subject, String asked, List<String> zones)
      throws InterruptedException {
    Findings findings = new Findings(subject, DnsCheck.BLOCKLIST);
    List<String> listings = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (String zone : zones) {
      switch (dns.ask(asked + "." + zone, RecordType.A)) {
        case RecordAnswer.Found(List<String> answers) ->
            answers.forEach(answer -> sort(zone, answer, listings, failures));
        case RecordAnswer.None _ -> {}
        case RecordAnswer.Failed(String detail) ->
            failures.add(shown(zone) + ": no answer (" + detail + ")");
      }
    }
    String names = String.join(", ", zones.stream().map(BlocklistCheck::shown).toList());
    if (!listings.isEmpty()) {
      return findings.error(
          String.join("; ", listings),
          "It is on a blocklist, and receivers who use it refuse the mail.",
          "Look it up at the list's own pages (for Spamhaus: https://check.spamhaus.org), end what"
              + " led to it, then ask to be taken off. Send from elsewhere only when the cause is"
              + " gone, or the next address is listed, too.");
    }
    if (!failures.isEmpty()) {
      return findings.of(
          DnsStatus.UNKNOWN,
          String.join("; ", failures),
          "Whether it is listed is not known: the question failed. That is no listing.",
          PLAIN_RESOLVER);
    }
    return findings.ok("", "It is not on " + names + ".");
  }

  private static void sort(
      String zone, String answer, List<String> listings, List<String> failures) {
    BlocklistCode code = BlocklistCode.of(zone, answer);
    (code.isListing() ? listings : failures).add(shown(zone) + ": " + code.words());
  }

  /** A zone of Spamhaus's data query service begins with the customer's key, which is a secret. */
  static String shown(String zone) {
    return zone.endsWith(".dq.spamhaus.net") ? zone.substring(zone.indexOf('.') + 1) : zone;
  }
}
