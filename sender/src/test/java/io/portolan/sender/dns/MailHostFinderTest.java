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
  void takesUpToFourAddressesAndAtLeastOneOfEachHost() throws Exception {
    host("a.example", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5");
    host("b.example", "192.0.2.6", "192.0.2.7", "192.0.2.8");
    host("c.example", "192.0.2.9", "192.0.2.10");

    mx(new MxHost(10, "a.example"));
    assertThat(found()).hasSize(4);
    mx(new MxHost(10, "a.example"), new MxHost(20, "b.example"));
    assertThat(names()).containsExactly("a.example", "a.example", "b.example", "b.example");
    mx(new MxHost(10, "a.example"), new MxHost(20, "b.example"), new MxHost(30, "c.example"));
    assertThat(names()).containsExactly("a.example", "b.example", "c.example");
  }

  @Test
  void spreadsOverTheAddressesOfAHostAndKeepsTheOrderOfFamilies() throws Exception {
    host("a.example", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2");
    mx(new MxHost(10, "a.example"));

    Set<List<String>> orders = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      orders.add(found());
    }

    assertThat(orders)
        .hasSize(4)
        .allSatisfy(
            order -> {
              assertThat(order.subList(0, 2)).allMatch(address -> address.contains("192.0.2."));
              assertThat(order.subList(2, 4)).allMatch(address -> address.contains(":"));
            });
  }

  @Test
  void namesTheSameHostsEveryTimeSoThatSessionsCanBeShared() throws Exception {
    MxHost[] records = new MxHost[7];
    for (int i = 0; i < records.length; i++) {
      records[i] = new MxHost(10, "mx" + i + ".example");
      host(records[i].host(), "192.0.2." + (10 + i));
    }
    mx(records);

    Set<Set<String>> sets = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      sets.add(Set.copyOf(found()));
    }

    assertThat(sets).hasSize(1);
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

  private List<String> names() throws InterruptedException {
    return found().stream().map(found -> found.substring(0, found.indexOf(' '))).toList();
  }

  private List<String> found() throws InterruptedException {
    return switch (finder.ofDomain(SHOP)) {
      case MailHosts.Found(List<MailHost> found) ->
          found.stream().map(host -> host.name() + " " + host.address().getHostAddress()).toList();
      case MailHosts.NullMx _, MailHosts.NoSuchDomain _, MailHosts.TemporaryFailure _ -> List.of();
    };
  }
}
