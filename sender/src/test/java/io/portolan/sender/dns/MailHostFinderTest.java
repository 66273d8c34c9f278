package io.portolan.sender.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.address.Domain;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MailHostFinderTest {
  private static final Duration TTL = Duration.ofHours(1);
  private static final Domain SHOP = new Domain("shop.example");

  private final TestClock clock = TestClock.create();
  private final Map<Domain, MxAnswer> mx = new HashMap<>();
  private final Map<String, HostAnswer> hosts = new HashMap<>();
  private final MailHostFinder finder =
      new MailHostFinder(
          domain -> mx.getOrDefault(domain, new MxAnswer.NoSuchDomain(TTL)),
          host -> hosts.getOrDefault(host, new HostAnswer.NoSuchHost(TTL)),
          new Random(7),
          clock);

  @Test
  void triesHostsByPreference() throws Exception {
    mx(new MxHost(20, "b.example"), new MxHost(10, "a.example"));
    host("a.example", "192.0.2.1");
    host("b.example", "192.0.2.2");

    assertThat(found()).containsExactly("a.example 192.0.2.1", "b.example 192.0.2.2");
  }

  @Test
  void shufflesHostsOfEqualPreference() throws Exception {
    mx(new MxHost(10, "a.example"), new MxHost(10, "b.example"), new MxHost(20, "c.example"));
    host("a.example", "192.0.2.1");
    host("b.example", "192.0.2.2");
    host("c.example", "192.0.2.3");

    Set<String> first = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      List<String> found = found();
      first.add(found.getFirst());
      assertThat(found.getLast()).startsWith("c.example");
    }

    assertThat(first).containsExactlyInAnyOrder("a.example 192.0.2.1", "b.example 192.0.2.2");
  }

  @Test
  void takesTwoAddressesOfAHostWhereOthersFollowAndFourInAll() throws Exception {
    mx(new MxHost(10, "a.example"), new MxHost(20, "b.example"), new MxHost(30, "c.example"));
    host("a.example", "192.0.2.1", "192.0.2.2", "192.0.2.3");
    host("b.example", "192.0.2.4", "192.0.2.5");
    host("c.example", "192.0.2.6");

    assertThat(found())
        .containsExactly(
            "a.example 192.0.2.1",
            "a.example 192.0.2.2",
            "b.example 192.0.2.4",
            "b.example 192.0.2.5");
  }

  @Test
  void triesAddressesThatDidNotAnswerLast() throws Exception {
    mx(new MxHost(10, "a.example"), new MxHost(20, "b.example"));
    host("a.example", "192.0.2.1");
    host("b.example", "192.0.2.2");

    finder.unreachable(InetAddress.ofLiteral("192.0.2.1"));
    assertThat(found()).containsExactly("b.example 192.0.2.2", "a.example 192.0.2.1");
    finder.reachable(InetAddress.ofLiteral("192.0.2.1"));
    assertThat(found()).containsExactly("a.example 192.0.2.1", "b.example 192.0.2.2");
    finder.unreachable(InetAddress.ofLiteral("192.0.2.1"));
    clock.advance(Duration.ofMinutes(5));
    assertThat(found()).containsExactly("a.example 192.0.2.1", "b.example 192.0.2.2");
  }

  @Test
  void skipsHostsWithoutAddress() throws Exception {
    mx(new MxHost(10, "gone.example"), new MxHost(20, "b.example"));
    host("b.example", "192.0.2.2");

    assertThat(found()).containsExactly("b.example 192.0.2.2");
  }

  @Test
  void neverReachesThisHostThroughAForeignDomain() throws Exception {
    mx(new MxHost(10, "localhost"));
    host("localhost", "127.0.0.1", "::1");

    assertThat(finder.ofDomain(SHOP))
        .isInstanceOfSatisfying(
            MailHosts.TemporaryFailure.class,
            failure -> assertThat(failure.reason()).contains("this host itself"));
    assertThat(finder.ofRelay("localhost")).isInstanceOf(MailHosts.Found.class);
  }

  @Test
  void takesTheDomainItselfWhereItIsItsOwnMailHost() throws Exception {
    mx.put(SHOP, new MxAnswer.ImplicitMx(TTL));
    host("shop.example", "192.0.2.1");

    assertThat(found()).containsExactly("shop.example 192.0.2.1");
  }

  @Test
  void tellsForGoodFromForNow() throws Exception {
    assertThat(finder.ofDomain(SHOP)).isInstanceOf(MailHosts.NoSuchDomain.class);
    mx.put(SHOP, new MxAnswer.NullMx(TTL));
    assertThat(finder.ofDomain(SHOP)).isInstanceOf(MailHosts.NullMx.class);
    mx.put(SHOP, new MxAnswer.TemporaryFailure("SERVFAIL"));
    assertThat(finder.ofDomain(SHOP)).isInstanceOf(MailHosts.TemporaryFailure.class);
    mx(new MxHost(10, "a.example"));
    assertThat(finder.ofDomain(SHOP)).isInstanceOf(MailHosts.TemporaryFailure.class);
    hosts.put("a.example", new HostAnswer.TemporaryFailure("timeout"));
    assertThat(finder.ofDomain(SHOP))
        .isEqualTo(
            new MailHosts.TemporaryFailure("the address of a.example is not known: timeout"));
    assertThat(finder.ofRelay("none.example")).isInstanceOf(MailHosts.TemporaryFailure.class);
  }

  private void mx(MxHost... records) {
    mx.put(SHOP, new MxAnswer.Hosts(List.of(records), TTL));
  }

  private void host(String name, String... addresses) {
    hosts.put(
        name,
        new HostAnswer.Addresses(
            Arrays.stream(addresses).map(InetAddress::ofLiteral).toList(), TTL));
  }

  private List<String> found() throws InterruptedException {
    return switch (finder.ofDomain(SHOP)) {
      case MailHosts.Found(List<MailHost> found) ->
          found.stream().map(host -> host.name() + " " + host.address().getHostAddress()).toList();
      case MailHosts.NullMx _, MailHosts.NoSuchDomain _, MailHosts.TemporaryFailure _ -> List.of();
    };
  }
}
