package io.portolan.sender.dnshealth;

import static io.portolan.sender.dnshealth.DnsHealthFixture.KEY;
import static io.portolan.sender.dnshealth.DnsHealthFixture.PAIR;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.sender.dkim.DkimKey;
import java.io.IOException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DKIM keys and DMARC policies as a DNS server on real sockets gives them. */
class DomainChecksTest {
  private static final String KEY_NAME = "s1._domainkey.shop.example";
  private static final String PUBLIC =
      Base64.getEncoder().encodeToString(PAIR.getPublic().getEncoded());
  private static final Domain FROM = Domain.parse("news.shop.example");

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
          v=DKIM1; k=rsa; p=KEY          | ok      | 2048 bits
          p=KEY                          | ok      | 2048 bits
          v=DKIM1; t=s; p=KEY            | ok      | t=s
          v=DKIM1; h=sha1:sha256; p=KEY  | ok      | 2048
          v=DKIM1; t=y; p=KEY            | warning | t=y
          v=DKIM1; t=s:y; p=KEY          | warning | t=y
          v=DKIM1; p=                    | error   | revoked
          v=DKIM1; k=rsa                 | error   | no DKIM key
          v=DKIM2; p=KEY                 | error   | no DKIM key
          v=DKIM1; h=sha1; p=KEY         | error   | rsa-sha256
          v=DKIM1; s=tlsrpt; p=KEY       | error   | rsa-sha256
          v=DKIM1; k=ed25519; p=KEY      | error   | not the one
          v=DKIM1; p=AAAA                | error   | not the one
          v=DKIM1; p=***                 | error   | not the one
          """)
  void judgesAKey(String record, String status, String words) throws Exception {
    dns.text(KEY_NAME, record.replace("KEY", PUBLIC));

    DnsFinding finding = dkim(KEY);

    assertThat(finding.status().id()).as(finding.meaning()).isEqualTo(status);
    assertThat(finding.meaning()).contains(words);
    assertThat(finding.subject()).isEqualTo("shop.example");
  }

  @Test
  void saysWhatToPublish() throws Exception {
    DnsFinding missing = dkim(KEY);
    assertThat(missing.status()).isEqualTo(DnsStatus.ERROR);
    assertThat(missing.advice()).contains(KEY_NAME, "v=DKIM1; k=rsa; p=" + PUBLIC);

    dns.text(KEY_NAME, "p=" + PUBLIC).text(KEY_NAME, "p=");
    assertThat(dkim(KEY).meaning()).contains("2 TXT records");
  }

  @Test
  void advisesAgainstShortKeysAndOtherKeys() throws Exception {
    var shortPair = DnsHealthFixture.pair(1_024);
    DkimKey shortKey = new DkimKey(KEY.domain(), "s1", shortPair.getPrivate());
    dns.text(
        KEY_NAME, "p=" + Base64.getEncoder().encodeToString(shortPair.getPublic().getEncoded()));

    assertThat(dkim(shortKey).status()).isEqualTo(DnsStatus.WARNING);
    assertThat(dkim(shortKey).meaning()).contains("1024 bits");
    assertThat(dkim(KEY).meaning()).contains("not the one");
  }

  @Test
  void checksAnEd25519KeyAsASubjectOfItsOwn() throws Exception {
    DkimKey key =
        new DkimKey(
            KEY.domain(),
            "e1",
            KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());
    String name = "e1._domainkey.shop.example";
    String published = Base64.getEncoder().encodeToString(key.publicKey().orElseThrow());
    DnsFinding missing = dkim(key);
    assertThat(missing.subject()).isEqualTo(name);
    assertThat(missing.advice()).contains("v=DKIM1; k=ed25519; p=" + published);

    dns.text(name, "v=DKIM1; k=ed25519; p=" + published);
    assertThat(dkim(key).status()).as(dkim(key).meaning()).isEqualTo(DnsStatus.OK);

    dns.server.clear();
    dns.text(name, "v=DKIM1; k=rsa; p=" + PUBLIC);
    assertThat(dkim(key).meaning()).contains("not the one");
    assertThat(dkim(key).advice()).contains("dkim.shop.example.ed25519-key");
  }

  @Test
  void readsNoHugeKeyAndKnowsNothingWithoutAnAnswer() throws Exception {
    dns.text(KEY_NAME, "p=" + "A".repeat(30_000));
    assertThat(dkim(KEY).status()).isEqualTo(DnsStatus.ERROR);

    dns.server.clear();
    dns.server.ignore(KEY_NAME + ".");
    assertThat(dkim(KEY).status()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v=DMARC1; p=none; rua=mailto:d@shop.example         | ok      | SPF and DKIM
          v=DMARC1;p=reject;rua=mailto:d@shop.example         | ok      | Policy reject
          v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:d@shop.example | error | neither
          v=DMARC1; p=none; adkim=s; rua=mailto:d@shop.example | warning | forwarding
          v=DMARC1; p=quarantine                              | warning | no rua
          v=DMARC1; p=nothing                                 | error   | no policy
          v=DMARC1; rua=mailto:d@shop.example                 | ok      | Policy none
          """)
  void judgesAPolicy(String record, String status, String words) throws Exception {
    dns.text("_dmarc.news.shop.example", record);

    DnsFinding finding = dmarc(FROM, Optional.of(KEY));

    assertThat(finding.status().id()).as(finding.meaning()).isEqualTo(status);
    assertThat(finding.meaning()).contains(words);
  }

  @Test
  void fallsBackToTheOrganizationalDomainAndItsPolicyForSubdomains() throws Exception {
    dns.text("_dmarc.shop.example", "v=DMARC1; p=reject; sp=none; rua=mailto:d@shop.example");

    assertThat(dmarc(FROM, Optional.of(KEY)).meaning()).contains("Policy none of shop.example");
    assertThat(dmarc(KEY.domain(), Optional.of(KEY)).meaning()).contains("Policy reject;");
  }

  @Test
  void tellsDomainsUnderAPublicSuffixApart() throws Exception {
    Domain from = Domain.parse("a.shop.co.uk");
    dns.text("_dmarc.shop.co.uk", "v=DMARC1; p=none; rua=mailto:d@shop.co.uk");

    DnsFinding finding =
        new DmarcCheck(dns.dns()).check(from, Domain.parse("other.co.uk"), Optional.empty());

    assertThat(finding.meaning()).contains("neither the bounce domain other.co.uk");
    assertThat(OrganizationalDomain.align(from, Domain.parse("b.shop.co.uk"))).isTrue();
    assertThat(OrganizationalDomain.of(Domain.parse("co.uk"))).isEqualTo(Domain.parse("co.uk"));
  }

  @Test
  void countsNoPolicyOfTwoAndNoneOfNone() throws Exception {
    assertThat(dmarc(FROM, Optional.of(KEY)).advice()).contains("_dmarc.shop.example");
    dns.text("_dmarc.news.shop.example", "v=DMARC1; p=none")
        .text("_dmarc.news.shop.example", "v=DMARC1; p=reject");
    assertThat(dmarc(FROM, Optional.of(KEY)).meaning()).contains("2 DMARC records");
    dns.server.clear();
    dns.server.ignore("_dmarc.news.shop.example.");
    assertThat(dmarc(FROM, Optional.of(KEY)).status()).isEqualTo(DnsStatus.UNKNOWN);
  }

  @Test
  void saysWhichDomainsAreNotSigned() {
    assertThat(DkimCheck.signing(FROM, Optional.of(KEY)).status()).isEqualTo(DnsStatus.OK);
    DnsFinding unsigned = DkimCheck.signing(FROM, Optional.empty());
    assertThat(unsigned.status()).isEqualTo(DnsStatus.WARNING);
    assertThat(unsigned.advice()).contains("dkim.news.shop.example");
  }

  private DnsFinding dkim(DkimKey key) throws InterruptedException {
    return new DkimCheck(dns.dns()).check(key);
  }

  private DnsFinding dmarc(Domain from, Optional<DkimKey> signer) throws InterruptedException {
    return new DmarcCheck(dns.dns()).check(from, DnsHealthFixture.BOUNCE, signer);
  }
}
