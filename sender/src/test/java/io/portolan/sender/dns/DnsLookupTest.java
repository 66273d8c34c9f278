package io.portolan.sender.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.address.Domain;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

class DnsLookupTest {
  private final TestClock clock = TestClock.create();
  private TestDnsServer server;
  private DnsMxLookup mx;
  private DnsHostLookup hosts;

  @BeforeEach
  void start() throws IOException {
    server = new TestDnsServer();
    DnsClient client = new DnsClient(settings(AddressFamilies.IPV4_FIRST));
    mx = new DnsMxLookup(client, clock);
    hosts = new DnsHostLookup(client, clock);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void findsMailHostsByPreference() throws Exception {
    server.add(
        """
        shop.example. 3600 IN MX 20 Backup.shop.example.
        shop.example. 3600 IN MX 10 mail.shop.example.
        """);

    assertThat(lookUp("shop.example"))
        .isEqualTo(
            new MxAnswer.Hosts(
                List.of(new MxHost(10, "mail.shop.example"), new MxHost(20, "backup.shop.example")),
                Duration.ofHours(1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"999.1.1.1", "a:b", ":", "1.2.3.4:25", "fe80::1%nowhere"})
  void findsNoHostByWhatOnlyLooksLikeAnAddress(String host) throws Exception {
    assertThat(hosts.lookUp(host)).isInstanceOf(HostAnswer.NoSuchHost.class);
  }

  @Test
  void followsAliases() throws Exception {
    server.add(
        """
        www.shop.example. 3600 IN CNAME shop.example.
        shop.example. 600 IN MX 10 mail.shop.example.
        """);

    assertThat(lookUp("www.shop.example"))
        .isEqualTo(
            new MxAnswer.Hosts(
                List.of(new MxHost(10, "mail.shop.example")), Duration.ofMinutes(10)));
  }

  @Test
  void takesTheDomainsOwnAddressWhereThereIsNoMx() throws Exception {
    server.add(
        """
        four.example. 3600 IN A 192.0.2.1
        six.example. 3600 IN AAAA 2001:db8::1
        text.example. 3600 IN TXT "no mail here"
        """);

    assertThat(lookUp("four.example")).isInstanceOf(MxAnswer.ImplicitMx.class);
    assertThat(lookUp("six.example")).isInstanceOf(MxAnswer.ImplicitMx.class);
    assertThat(lookUp("text.example")).isInstanceOf(MxAnswer.NoSuchDomain.class);
  }

  @Test
  void understandsTheNullMx() throws Exception {
    server.add(
        """
        null.example. 3600 IN MX 0 .
        both.example. 3600 IN MX 0 .
        both.example. 3600 IN MX 10 mail.both.example.
        """);

    assertThat(lookUp("null.example")).isEqualTo(new MxAnswer.NullMx(Duration.ofHours(1)));
    assertThat(lookUp("both.example")).isInstanceOf(MxAnswer.Hosts.class);
  }

  @Test
  void tellsADomainThatDoesNotExistFromAServerThatFails() throws Exception {
    server.fail("broken.example.", Rcode.SERVFAIL);
    server.fail("refused.example.", Rcode.REFUSED);
    server.ignore("silent.example.");

    assertThat(lookUp("none.example")).isInstanceOf(MxAnswer.NoSuchDomain.class);
    assertThat(lookUp("broken.example")).isInstanceOf(MxAnswer.TemporaryFailure.class);
    assertThat(lookUp("refused.example")).isInstanceOf(MxAnswer.TemporaryFailure.class);
    assertThat(lookUp("silent.example")).isInstanceOf(MxAnswer.TemporaryFailure.class);
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "299, 5", "300, 5", "3600, 60", "86400, 1440", "604800, 1440"})
  void keepsAnAnswerForItsTimeToLiveWithinBounds(int seconds, int minutes) throws Exception {
    server.add("shop.example. " + seconds + " IN MX 10 mail.shop.example.");
    lookUp("shop.example");

    clock.advance(Duration.ofMinutes(minutes).minusSeconds(1));
    lookUp("shop.example");
    assertThat(server.queries("shop.example.", Type.MX)).isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));
    lookUp("shop.example");
    assertThat(server.queries("shop.example.", Type.MX)).isEqualTo(2);
  }

  @Test
  void asksAgainSoonAfterAFailure() throws Exception {
    server.fail("shop.example.", Rcode.SERVFAIL);
    assertThat(lookUp("shop.example")).isInstanceOf(MxAnswer.TemporaryFailure.class);
    server.clear();
    server.add("shop.example. 3600 IN MX 10 mail.shop.example.");
    assertThat(lookUp("shop.example")).isInstanceOf(MxAnswer.TemporaryFailure.class);

    clock.advance(Duration.ofSeconds(15));

    assertThat(lookUp("shop.example")).isInstanceOf(MxAnswer.Hosts.class);
  }

  @Test
  void asksOnceForManyWhoAskAtOnce() throws Exception {
    server.add("shop.example. 3600 IN MX 10 mail.shop.example.");
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<MxAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(executor.submit(() -> lookUp("shop.example")));
      }
      for (Future<MxAnswer> answer : answers) {
        assertThat(answer.get()).isInstanceOf(MxAnswer.Hosts.class);
      }
    }

    assertThat(server.queries("shop.example.", Type.MX)).isEqualTo(1);
  }

  @Test
  void findsAddressesOfBothFamiliesInTheOrderWanted() throws Exception {
    server.add(
        """
        mail.example. 3600 IN AAAA 2001:db8::1
        mail.example. 600 IN A 192.0.2.1
        """);

    assertThat(hosts.lookUp("mail.example"))
        .isEqualTo(
            new HostAnswer.Addresses(
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
                Duration.ofMinutes(10)));
    InetAddress ipv4 = InetAddress.ofLiteral("192.0.2.1");
    InetAddress ipv6 = InetAddress.ofLiteral("2001:db8::1");
    assertThat(addresses(AddressFamilies.IPV6_FIRST)).containsExactly(ipv6, ipv4);
    assertThat(addresses(AddressFamilies.IPV4)).containsExactly(ipv4);
    assertThat(addresses(AddressFamilies.IPV6)).containsExactly(ipv6);
  }

  @Test
  void takesAnAddressLiteralForItself() throws Exception {
    assertThat(hosts.lookUp("192.0.2.7"))
        .isInstanceOfSatisfying(
            HostAnswer.Addresses.class,
            answer ->
                assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("192.0.2.7")));
  }

  @Test
  void tellsAHostThatDoesNotExistFromAServerThatFails() throws Exception {
    server.fail("broken.example.", Rcode.SERVFAIL);

    assertThat(hosts.lookUp("none.example")).isInstanceOf(HostAnswer.NoSuchHost.class);
    assertThat(hosts.lookUp("broken.example")).isInstanceOf(HostAnswer.TemporaryFailure.class);
  }

  private MxAnswer lookUp(String domain) throws InterruptedException {
    return mx.lookUp(new Domain(domain));
  }

  private List<InetAddress> addresses(AddressFamilies families) throws InterruptedException {
    DnsHostLookup lookup = new DnsHostLookup(new DnsClient(settings(families)), clock);
    return switch (lookup.lookUp("mail.example")) {
      case HostAnswer.Addresses answer -> answer.addresses();
      case HostAnswer.NoSuchHost _, HostAnswer.TemporaryFailure _ -> List.of();
    };
  }

  private DnsSettings settings(AddressFamilies families) {
    return new DnsSettings(List.of(server.address()), Duration.ofMillis(500), families, 100);
  }
}
