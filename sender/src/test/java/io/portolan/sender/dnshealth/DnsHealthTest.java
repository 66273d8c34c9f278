package io.portolan.sender.dnshealth;

import static io.portolan.sender.dnshealth.DnsHealthFixture.find;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.address.Domain;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.sender.dns.RecordLookup;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rounds over a real database and a DNS server on real sockets, with a clock that the test moves.
 */
class DnsHealthTest {
  private static final Domain FROM = Domain.parse("news.shop.example");

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final List<FindingChange> alerts = new ArrayList<>();
  private DnsHealthFixture dns;
  private DnsHealthStore store;

  @BeforeEach
  void start() throws IOException {
    dns = new DnsHealthFixture();
    store = new DnsHealthStore(postgres.database(), "here");
    publish();
  }

  private void publish() throws IOException {
    dns.records(
            """
            mail.shop.example. 300 IN A 192.0.2.7
            7.2.0.192.in-addr.arpa. 300 IN PTR mail.shop.example.
            bounce.shop.example. 300 IN MX 10 mail.shop.example.
            """)
        .text("bounce.shop.example", "v=spf1 ip4:192.0.2.7 -all")
        .text("s1._domainkey.shop.example", DkimCheck.wanted(DnsHealthFixture.KEY))
        .text("_dmarc.shop.example", "v=DMARC1; p=none; rua=mailto:d@shop.example");
  }

  @AfterEach
  void stop() throws IOException {
    dns.close();
  }

  @Test
  void checksEverythingOnTheScheduleByOneNode() throws Exception {
    DnsHealth one = health("one", Blocklists.NONE);
    DnsHealth other = health("other", Blocklists.NONE);

    assertThat(one.roundIfDue()).isTrue();
    assertThat(other.roundIfDue()).as("done already").isFalse();
    clock.advance(Duration.ofMinutes(53));
    assertThat(other.roundIfDue()).as("not due").isFalse();
    clock.advance(Duration.ofMinutes(14));
    assertThat(other.roundIfDue()).as("due, with any jitter").isTrue();

    assertThat(store.latest(DnsHealthStore.Filter.ALL))
        .extracting(stored -> stored.finding().check() + " " + stored.finding().status())
        .containsExactlyInAnyOrder(
            "SPF OK", "MX OK", "HELO OK", "PTR OK", "DKIM OK", "SIGNING OK", "DMARC OK");
    assertThat(alerts).isEmpty();
  }

  @Test
  void tellsWhenACheckTurnsToAnErrorAndBack() throws Exception {
    DnsHealth health = health("one", Blocklists.NONE);
    assertThat(health.checkNow()).isPresent();

    dns.text("bounce.shop.example", "v=spf1 -all");
    assertThat(health.checkNow()).isPresent();
    assertThat(health.checkNow()).isPresent();

    assertThat(alerts)
        .singleElement()
        .satisfies(change -> assertThat(change.finding().check()).isEqualTo(DnsCheck.SPF));

    dns.server.ignore("bounce.shop.example.");
    assertThat(health.checkNow()).isPresent();
    assertThat(alerts).as("that the DNS is silent is no change").hasSize(1);

    dns.server.clear();
    publish();
    assertThat(health.checkNow()).isPresent();
    assertThat(alerts)
        .last()
        .satisfies(
            change -> {
              assertThat(change.from()).isEqualTo(DnsStatus.ERROR);
              assertThat(change.finding().status()).isEqualTo(DnsStatus.OK);
            });
  }

  @Test
  void checksOneDomainAndStoresItIfItIsOurs() throws Exception {
    DnsHealth health = health("one", new Blocklists(List.of(), List.of("dbl.example")));
    dns.records("news.shop.example.dbl.example. 300 IN A 127.0.0.2\n");

    List<DnsFinding> own = health.checkNow(FROM).orElseThrow();
    List<DnsFinding> foreign = health.checkNow(Domain.parse("other.example")).orElseThrow();

    assertThat(find(own, FROM.name(), DnsCheck.DMARC).status()).isEqualTo(DnsStatus.OK);
    assertThat(find(own, FROM.name(), DnsCheck.BLOCKLIST).status()).isEqualTo(DnsStatus.ERROR);
    assertThat(find(foreign, "other.example", DnsCheck.DMARC).status()).isEqualTo(DnsStatus.ERROR);
    assertThat(store.latest(DnsHealthStore.Filter.ALL))
        .extracting(stored -> stored.finding().subject())
        .containsOnly("news.shop.example", "shop.example");
    assertThat(health.roundIfDue()).as("the whole round is still due").isTrue();
  }

  @Test
  void checksOneAtATime() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    RecordLookup slow =
        (name, type) -> {
          asked.countDown();
          answers.await();
          return dns.dns().ask(name, type);
        };
    DnsHealth busy = health("busy", new DnsHealthChecks(slow, slow, Blocklists.NONE, LONG));
    Thread round = Thread.ofVirtual().start(() -> check(busy));
    asked.await();

    assertThat(health("other", Blocklists.NONE).checkNow()).isEmpty();
    assertThat(busy.checkNow(FROM)).isEmpty();

    answers.countDown();
    round.join();
    assertThat(health("other", Blocklists.NONE).checkNow()).isPresent();
  }

  @Test
  void knowsNothingOfWhatDoesNotEndInTimeOrFails() throws Exception {
    RecordLookup stuck =
        (name, type) -> {
          if (name.startsWith("_dmarc")) {
            throw new IllegalStateException("a bug");
          }
          new CountDownLatch(1).await();
          throw new AssertionError();
        };
    DnsHealth health =
        health("n", new DnsHealthChecks(stuck, stuck, Blocklists.NONE, Duration.ofMillis(200)));

    List<DnsFinding> found = health.checkNow().orElseThrow();

    assertThat(found)
        .filteredOn(finding -> finding.check() != DnsCheck.SIGNING)
        .allMatch(finding -> finding.status() == DnsStatus.UNKNOWN)
        .hasSize(6);
    assertThat(alerts).isEmpty();
  }

  @Test
  void knowsWhichAddressesOthersSee() {
    Set<String> seen = new HashSet<>();
    Subjects.publicOnes(
            Stream.of(
                    "192.0.2.7",
                    "10.0.0.1",
                    "172.16.3.4",
                    "192.168.1.1",
                    "127.0.0.1",
                    "169.254.1.1",
                    "100.64.0.1",
                    "100.128.0.1",
                    "fd00::1",
                    "fe80::1",
                    "::1",
                    "2001:db8::7",
                    "0.0.0.0")
                .map(InetAddress::ofLiteral)
                .toList())
        .forEach(address -> seen.add(address.getHostAddress()));

    assertThat(seen).containsExactlyInAnyOrder("192.0.2.7", "100.128.0.1", "2001:db8:0:0:0:0:0:7");
  }

  private static final Duration LONG = Duration.ofSeconds(20);

  private static void check(DnsHealth health) {
    try {
      health.checkNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DnsHealth health(String node, Blocklists lists) {
    return health(node, dns.checks(lists));
  }

  private DnsHealth health(String node, DnsHealthChecks checks) {
    return new DnsHealth(
        store,
        checks,
        () -> DnsHealthFixture.subjects(Set.of(FROM)),
        new DnsHealth.Settings(Duration.ofHours(1), node, alerts::add),
        clock,
        new SplittableRandom(7));
  }
}
