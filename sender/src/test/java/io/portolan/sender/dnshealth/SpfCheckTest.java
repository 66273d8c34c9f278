package io.portolan.sender.dnshealth;

import static io.portolan.sender.dnshealth.DnsHealthFixture.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Rcode;

/** SPF records as a DNS server on real sockets gives them. */
class SpfCheckTest {
  private static final String NAME = "bounce.shop.example";
  private static final InetAddress IPV6 = InetAddress.ofLiteral("2001:db8::7");

  private DnsHealthFixture dns;

  @BeforeEach
  void start() throws IOException {
    dns = new DnsHealthFixture();
  }

  @AfterEach
  void stop() throws IOException {
    dns.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v=spf1 ip4:192.0.2.7 -all            | ok
          V=SPF1 IP4:192.0.2.0/24 ~all         | ok
          v=spf1 a:mail.shop.example -all      | ok
          v=spf1 mx -all                       | ok
          v=spf1 include:good.example -all     | ok
          v=spf1 redirect=good.example         | ok
          v=spf1 exists:%{ir}.list.example a:mail.shop.example -all | ok
          v=spf1 ip4:192.0.2.8 -all            | error
          v=spf1 ip4:192.0.2.8 ~all            | error
          v=spf1 ip4:192.0.2.7 +all            | error
          v=spf1 ip4:192.0.2.7 ?all            | warning
          v=spf1 ip4:192.0.2.7                 | warning
          v=spf1 ip4:192.0.2.7 ptr -all        | warning
          v=spf1 ipv4:192.0.2.7 -all           | error
          v=spf1 ip4:192.0.2 -all              | error
          v=spf1 ip4:192.0.2.7/33 -all         | error
          v=spf1 include:none.example ip4:192.0.2.7 -all | error
          v=spf1 ip4:192.0.2.7 include:two.example -all  | error
          v=spf1 ip4:192.0.2.7 a:gone1.example a:gone2.example a:gone3.example -all | error
          v=spf1 ip4:192.0.2.7 a:gone1.example a:gone2.example -all | ok
          v=spf1 ip4:192.0.2.7 ip6:2001:db8::/200 -all   | error
          """)
  void judgesARecord(String record, String status) throws Exception {
    dns.records(
            """
            mail.shop.example. 300 IN A 192.0.2.7
            bounce.shop.example. 300 IN MX 10 mail.shop.example.
            good.example. 300 IN TXT "v=spf1 ip4:192.0.2.7 -all"
            two.example. 300 IN TXT "v=spf1 -all"
            two.example. 300 IN TXT "v=spf1 ~all"
            none.example. 300 IN TXT "something else"
            """)
        .text(NAME, record);

    DnsFinding finding = dns.spf(SOURCE);

    assertThat(finding.status().id()).as(finding.meaning()).isEqualTo(status);
    assertThat(finding.seen()).isEqualTo(record);
    assertThat(finding.advice().isEmpty()).isEqualTo(status.equals("ok"));
  }

  @Test
  void namesTheAddressThatIsNotAllowed() throws Exception {
    dns.text(NAME, "v=spf1 ip4:192.0.2.7 -all");

    DnsFinding finding = dns.spf(SOURCE, IPV6);

    assertThat(finding.status()).isEqualTo(DnsStatus.ERROR);
    assertThat(finding.meaning()).contains("2001:db8").doesNotContain("192.0.2.7");
  }

  @Test
  void saysWhatToPublishWhereThereIsNone() throws Exception {
    assertThat(dns.spf(SOURCE).advice()).contains("\"v=spf1 ip4:192.0.2.7 -all\"");
    dns.text(NAME, "v=spf10 -all");
    assertThat(dns.spf(SOURCE).status()).isEqualTo(DnsStatus.ERROR);
  }

  @Test
  void refusesMoreThanOneRecord() throws Exception {
    dns.text(NAME, "v=spf1 ip4:192.0.2.7 -all").text(NAME, "v=spf1 -all");

    assertThat(dns.spf(SOURCE).meaning()).contains("2 SPF records");
  }

  @Test
  void countsLookupsOverAllIncludes() throws Exception {
    StringBuilder record = new StringBuilder("v=spf1 ip4:192.0.2.7");
    for (int i = 0; i < 3; i++) {
      record.append(" include:i").append(i).append(".example");
      dns.text("i" + i + ".example", "v=spf1 a:h.example a:h.example a:h.example -all");
    }
    dns.records("h.example. 300 IN A 198.51.100.1\n").text(NAME, record + " -all");

    DnsFinding finding = dns.spf(SOURCE);

    assertThat(finding.status()).isEqualTo(DnsStatus.ERROR);
    assertThat(finding.meaning()).contains("12 lookups");
  }

  @Test
  void endsLoopsAndTrees() throws Exception {
    dns.text(NAME, "v=spf1 include:loop.example -all")
        .text("loop.example", "v=spf1 include:bounce.shop.example -all");
    assertThat(dns.spf(SOURCE).meaning()).contains("leads back to itself");

    // each level doubles: without a bound 2^20 lookups
    dns.server.clear();
    dns.text(NAME, "v=spf1 include:l0.example include:l0.example -all");
    for (int i = 0; i < 20; i++) {
      String next = " include:l" + (i + 1) + ".example";
      dns.text("l" + i + ".example", "v=spf1" + next + next + " -all");
    }
    assertThat(dns.spf(SOURCE).status()).isEqualTo(DnsStatus.ERROR);
  }

  @ParameterizedTest
  @ValueSource(ints = {5_000, 40_000})
  void readsNoHugeRecord(int length) throws Exception {
    dns.text(NAME, "v=spf1 " + "a".repeat(length) + " -all");
    DnsFinding own = dns.spf(SOURCE);
    assertThat(own.status()).isEqualTo(DnsStatus.ERROR);
    assertThat(own.seen()).hasSize(1_000);

    dns.server.clear();
    dns.text(NAME, "v=spf1 include:huge.example -all")
        .text("huge.example", "v=spf1 " + "ip4:198.51.100.1 ".repeat(length / 17) + "-all");
    assertThat(dns.spf(SOURCE).status()).isEqualTo(DnsStatus.ERROR);
  }

  @Test
  void knowsNothingWhileTheDnsDoesNotAnswer() throws Exception {
    dns.server.ignore(NAME + ".");
    assertThat(dns.spf(SOURCE).status()).isEqualTo(DnsStatus.UNKNOWN);

    dns.server.clear();
    dns.text(NAME, "v=spf1 include:away.example -all");
    dns.server.fail("away.example.", Rcode.SERVFAIL);
    DnsFinding finding = dns.spf(SOURCE);
    assertThat(finding.status()).as(finding.meaning()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @Test
  void saysThatItKnowsNoSource() throws Exception {
    dns.text(NAME, "v=spf1 ip4:192.0.2.7 -all");

    DnsFinding finding = dns.spf();

    assertThat(finding.status()).isEqualTo(DnsStatus.OK);
    assertThat(finding.advice()).contains("dns-health.addresses");
  }
}
