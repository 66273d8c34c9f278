package io.portolan.sender.dnshealth;

import static io.portolan.sender.dnshealth.DnsHealthFixture.BOUNCE;
import static io.portolan.sender.dnshealth.DnsHealthFixture.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Rcode;

/** Host names, bounce hosts and blocklists as a DNS server on real sockets gives them. */
class HostChecksTest {
  private static final String REVERSE = "7.2.0.192.in-addr.arpa.";

  private DnsHealthFixture dns;

  @BeforeEach
  void start() throws IOException {
    dns = new DnsHealthFixture();
  }

  @AfterEach
  void stop() throws IOException {
    dns.close();
  }

  @Test
  void confirmsTheNameOfAnAddress() throws Exception {
    assertThat(reverse(SOURCE).status()).isEqualTo(DnsStatus.ERROR);
    dns.records(REVERSE + " 300 IN PTR mail.shop.example.\n");
    assertThat(reverse(SOURCE).meaning()).contains("name does not have the address");
    dns.records("mail.shop.example. 300 IN A 192.0.2.7\n");
    assertThat(reverse(SOURCE).status()).isEqualTo(DnsStatus.OK);
    assertThat(reverse(SOURCE).seen()).isEqualTo("mail.shop.example");

    dns.server.fail(REVERSE, Rcode.SERVFAIL);
    assertThat(reverse(SOURCE).status()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @Test
  void confirmsTheNameOfAnIpv6Address() throws Exception {
    dns.records(
        """
        7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 300 IN PTR mail.shop.example.
        mail.shop.example. 300 IN AAAA 2001:db8::7
        """);

    assertThat(reverse(InetAddress.ofLiteral("2001:db8::7")).status()).isEqualTo(DnsStatus.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "host-192-0-2-7.provider.example, true",
    "7.2.0.192.dyn.provider.example, true",
    "ip192.000.002.007.example, true",
    "c0000207.provider.example, true",
    "mail.shop.example, false",
    "mx7.192.example, false",
    "host-192-0-2-77.provider.example, false"
  })
  void tellsNamesThatProvidersMake(String name, boolean isGeneric) throws Exception {
    dns.records(REVERSE + " 300 IN PTR " + name + ".\n" + name + ". 300 IN A 192.0.2.7\n");

    assertThat(reverse(SOURCE).status()).isEqualTo(isGeneric ? DnsStatus.WARNING : DnsStatus.OK);
  }

  @Test
  void wantsAnAddressOfTheNameInEhlo() throws Exception {
    assertThat(helo("localhost").status()).isEqualTo(DnsStatus.ERROR);
    assertThat(helo("mail.shop.example").status()).isEqualTo(DnsStatus.ERROR);
    dns.records("mail.shop.example. 300 IN A 198.51.100.1\n");
    assertThat(helo("mail.shop.example").status()).isEqualTo(DnsStatus.WARNING);
    dns.records("mail.shop.example. 300 IN A 192.0.2.7\n");
    assertThat(helo("mail.shop.example").status()).isEqualTo(DnsStatus.OK);
    dns.server.clear();
    dns.server.ignore("mail.shop.example.");
    assertThat(helo("mail.shop.example").status()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @Test
  void wantsAHostThatTakesBounces() throws Exception {
    assertThat(mx().status()).isEqualTo(DnsStatus.ERROR);
    dns.records("bounce.shop.example. 300 IN A 192.0.2.9\n");
    assertThat(mx().status()).isEqualTo(DnsStatus.OK);
    dns.records("bounce.shop.example. 300 IN MX 10 in.shop.example.\n");
    assertThat(mx().meaning()).contains("No mail host");
    dns.records("in.shop.example. 300 IN A 192.0.2.9\n");
    assertThat(mx().status()).isEqualTo(DnsStatus.OK);
    dns.server.clear();
    dns.records("bounce.shop.example. 300 IN MX 0 .\n");
    assertThat(mx().meaning()).contains("RFC 7505");
    dns.server.fail("bounce.shop.example.", Rcode.REFUSED);
    assertThat(mx().status()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.2, error, SBL",
    "127.0.0.3, error, CSS",
    "127.0.0.6, error, XBL",
    "127.0.0.9, error, DROP",
    "127.0.0.11, error, PBL",
    "127.255.255.252, unknown, mistyped",
    "127.255.255.254, unknown, public resolvers",
    "127.255.255.255, unknown, too often",
    "198.51.100.1, unknown, invents",
  })
  void readsTheCodesOfAListOfAddresses(String code, String status, String words) throws Exception {
    dns.records("7.2.0.192.zen.spamhaus.org. 300 IN A " + code + "\n");

    DnsFinding finding = blocklists("zen.spamhaus.org", "dbl.spamhaus.org").check(SOURCE);

    assertThat(finding.status().id()).isEqualTo(status);
    assertThat(finding.seen()).contains(words);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.1.2, error, spam",
    "127.0.1.104, error, abuse",
    "127.0.1.255, unknown, an address was asked",
    "127.255.255.254, unknown, public resolvers",
  })
  void readsTheCodesOfAListOfDomains(String code, String status, String words) throws Exception {
    dns.records("shop.example.dbl.spamhaus.org. 300 IN A " + code + "\n");

    DnsFinding finding =
        blocklists("zen.spamhaus.org", "dbl.spamhaus.org").check(Domain.parse("shop.example"));

    assertThat(finding.status().id()).isEqualTo(status);
    assertThat(finding.seen()).contains(words);
  }

  @Test
  void takesAListingOfAnyListAndNothingForNone() throws Exception {
    assertThat(blocklists("bl.other.example", "").check(SOURCE).status()).isEqualTo(DnsStatus.OK);
    dns.records("7.2.0.192.bl.other.example. 300 IN A 127.0.0.5\n");
    assertThat(blocklists("bl.other.example", "").check(SOURCE).seen())
        .isEqualTo("bl.other.example: 127.0.0.5");
    dns.server.ignore("7.2.0.192.bl.other.example.");
    assertThat(blocklists("bl.other.example", "").check(SOURCE).status())
        .isEqualTo(DnsStatus.UNKNOWN);
  }

  @Test
  void showsNoKeyOfAQueryService() throws Exception {
    dns.records("7.2.0.192.secretkey.zen.dq.spamhaus.net. 300 IN A 127.0.0.2\n");

    DnsFinding finding = blocklists("secretkey.zen.dq.spamhaus.net", "").check(SOURCE);

    assertThat(finding.seen()).contains("zen.dq.spamhaus.net: SBL");
    assertThat(finding.toString()).doesNotContain("secretkey");
  }

  private BlocklistCheck blocklists(String addresses, String domains) {
    return new BlocklistCheck(dns.dns(), new Blocklists(List.of(addresses), List.of(domains)));
  }

  private DnsFinding reverse(InetAddress address) throws InterruptedException {
    return new HostCheck(dns.dns()).reverse(address);
  }

  private DnsFinding helo(String name) throws InterruptedException {
    return new HostCheck(dns.dns()).helo(name, Set.of(SOURCE));
  }

  private DnsFinding mx() throws InterruptedException {
    return new HostCheck(dns.dns()).bounceMx(BOUNCE);
  }
}
