package io.portolan.metrics.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.RelayStore;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Distance.Verdict;
import io.portolan.metrics.reputation.Reputation.Filter;
import io.portolan.metrics.reputation.Threshold.Scope;
import io.portolan.metrics.reputation.Trend.Direction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReputationReaderTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:20:30Z");
  private static final Instant END = Instant.parse("2026-11-24T11:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final InstantSource clock = InstantSource.fixed(NOW);
  private DnsHealthStore dnsHealth;
  private RelayStore relays;
  private ReputationReader reader;
  private long shop;
  private long other;

  @BeforeEach
  void fill() {
    dnsHealth = new DnsHealthStore(database.database(), "net");
    relays = new RelayStore(database.database(), clock);
    reader = reader(Thresholds.builtIn());
    shop = campaign("news@shop.test");
    other = campaign("news@other.test");
  }

  @Test
  void scoresEachSenderAtEachIspByItself() {
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 9_000);
    sent(shop, "aol", "yahoo", 2, "accepted", "", 1_000);
    sent(shop, "yahoo", "yahoo", 2, "bounced", "bad-mailbox", 500);
    sent(shop, "yahoo", "yahoo", 2, "deferred", "rate-limited", 500);
    sent(shop, "yahoo", "yahoo", 2, "complaint", "", 20);
    sent(other, "yahoo", "yahoo", 2, "accepted", "", 50);

    Reputation reputation = read(Window.WEEK);

    assertThat(reputation.until()).as("the hour under way is in").isEqualTo(END);
    assertThat(reputation.signals())
        .extracting(
            each -> each.key().isp() + " " + each.key().sender() + " " + each.key().domain())
        .containsExactly(
            "yahoo direct from 192.0.2.1 shop.test",
            "aol direct from 192.0.2.1 shop.test",
            "yahoo direct from 192.0.2.1 other.test");
    Signal yahoo = reputation.signals().getFirst();
    assertThat(rate(yahoo, Component.COMPLAINTS)).isEqualTo(Rate.of(20, 9_000));
    assertThat(rate(yahoo, Component.LIST_QUALITY)).isEqualTo(Rate.of(500, 9_500));
    assertThat(rate(yahoo, Component.THROTTLES)).isEqualTo(Rate.of(500, 10_000));
    assertThat(yahoo.overall().weakest()).contains(Component.COMPLAINTS);
    Signal few = reputation.signals().getLast();
    assertThat(few.overall().score()).isEmpty();
    assertThat(few.overall().words()).startsWith("too few messages to tell");
  }

  @Test
  void leavesPathFailuresOut() {
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 1_000);
    Reputation before = read(Window.WEEK);

    sent(shop, "yahoo", "yahoo", 2, "path-failure", "connect-timeout", 5_000);
    sent(shop, "gmail", "gmail", 2, "path-failure", "connect-timeout", 5_000);

    assertThat(read(Window.WEEK)).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void tellsATrendByPeriodsOfSending() {
    // the oldest hour of the last day, and the hour before it
    count(shop, "yahoo", END.minus(Duration.ofHours(24)), "accepted", "", 9_000);
    count(shop, "yahoo", END.minus(Duration.ofHours(24)), "bounced", "bad-mailbox", 1_000);
    count(shop, "yahoo", END.minus(Duration.ofHours(25)), "accepted", "", 9_900);
    count(shop, "yahoo", END.minus(Duration.ofHours(25)), "bounced", "bad-mailbox", 100);
    sent(shop, "yahoo", "yahoo", 10, "accepted", "", 9_000);
    sent(shop, "yahoo", "yahoo", 10, "bounced", "bad-mailbox", 2_000);
    sent(shop, "yahoo", "yahoo", 59, "accepted", "", 1_000);
    sent(shop, "yahoo", "yahoo", 61, "accepted", "", 7_777);

    Signal yahoo = read(Window.DAY).signals().getFirst();

    assertThat(yahoo.counts().decided()).isEqualTo(10_000);
    assertThat(trend(yahoo, Window.DAY).now()).isEqualTo(Rate.of(1_000, 10_000));
    assertThat(trend(yahoo, Window.DAY).before()).isEqualTo(Rate.of(100, 10_000));
    assertThat(trend(yahoo, Window.DAY).direction()).isEqualTo(Direction.RISING);
    assertThat(trend(yahoo, Window.WEEK).direction()).isEqualTo(Direction.FALLING);
    assertThat(trend(yahoo, Window.MONTH).before()).isEqualTo(Rate.of(0, 1_000));
    assertThat(trend(yahoo, Window.DAY).words())
        .isEqualTo(
            "hard bounces, 24 h: 10.00 % (9.43–10.60 %), before 1.00 % (0.82–1.21 %): rising");
  }

  @Test
  void holdsRatesAgainstTheLimitsOfPlatformsAndRelays() {
    relays.create(
        new Relay(
            "ses",
            "email-smtp.eu-west-1.amazonaws.com",
            "",
            "",
            List.of(new RelayPort(587, TlsMode.STARTTLS))));
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 9_000);
    sent(shop, "aol", "yahoo", 2, "accepted", "", 1_000);
    sent(shop, "yahoo", "yahoo", 2, "complaint", "", 2);
    sent(shop, "gmail", "gmail", 2, "accepted", "", 1_000);
    relayed("accepted", "", 10_000);
    relayed("delivered", "", 5_000);
    relayed("late-bounce", "bad-mailbox", 1_000);

    Reputation reputation = read(Window.WEEK);

    Distance yahoo = distance(reputation, "yahoo-complaints");
    assertThat(yahoo.subject()).isEqualTo("shop.test");
    assertThat(yahoo.rate())
        .as("aol's is yahoo's; not what ses keeps to itself")
        .isEqualTo(Rate.of(2, 10_000));
    assertThat(yahoo.words()).contains("(without 10,000 of which it cannot be seen)");
    assertThat(yahoo.verdict()).isEqualTo(Verdict.BELOW);
    assertThat(distance(reputation, "gmail-complaints-never").verdict())
        .isEqualTo(Verdict.NOT_SEEN);
    assertThat(distance(reputation, "ses-bounces-pause"))
        .satisfies(
            ses -> {
              assertThat(ses.subject()).isEqualTo("ses");
              assertThat(ses.rate()).as("of what its events tell").isEqualTo(Rate.of(1_000, 6_000));
              assertThat(ses.verdict()).isEqualTo(Verdict.ABOVE);
            });
  }

  @Test
  void doesNotTakeARelaysAnswersForTheIsps() {
    relayed("accepted", "", 10_000);
    relayed("deferred", "rate-limited", 10_000);

    Signal signal = read(Window.WEEK).signals().getFirst();

    assertThat(signal.key().sender()).isEqualTo("through ses");
    assertThat(signal.overall().score()).as("nothing is known of it").isEmpty();
    assertThat(words(signal, Component.LIST_QUALITY))
        .isEqualTo("not known: ses has not said what became of its mail");
    assertThat(words(signal, Component.THROTTLES))
        .isEqualTo("not known: what ses answers is its own");
  }

  @Test
  void takesTheLatestFindingsOnTheDns() {
    sent(campaign("a@eu.shop.test"), "yahoo", "yahoo", 2, "accepted", "", 1_000);
    dnsHealth.record(
        List.of(
            finding("eu.shop.test", DnsCheck.DMARC, DnsStatus.ERROR),
            finding("eu.shop.test", DnsCheck.SIGNING, DnsStatus.OK),
            finding("shop.test", DnsCheck.DKIM, DnsStatus.WARNING),
            finding("other.test", DnsCheck.DMARC, DnsStatus.ERROR),
            finding("192.0.2.1", DnsCheck.PTR, DnsStatus.OK),
            finding("192.0.2.9", DnsCheck.PTR, DnsStatus.ERROR)),
        NOW,
        "n");
    dnsHealth.record(List.of(finding("eu.shop.test", DnsCheck.DMARC, DnsStatus.UNKNOWN)), NOW, "n");

    Signal signal = read(Window.WEEK).signals().getFirst();

    ComponentScore dns = component(signal, Component.DNS_IDENTITY);
    assertThat(dns.score()).as("100 - 50 - 10; silence is no change").contains(Score.exactly(40));
    assertThat(dns.words()).isEqualTo("dmarc of eu.shop.test: error; dkim of shop.test: warning");
    assertThat(signal.overall().weakest()).contains(Component.DNS_IDENTITY);
  }

  @Test
  void keepsToWhatIsAskedFor() {
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 10);
    sent(other, "gmail", "gmail", 2, "accepted", "", 20);
    relayed("accepted", "", 30);

    assertThat(attempts(new Filter(some("gmail"), none(), none(), none()))).isEqualTo(20);
    assertThat(attempts(new Filter(none(), some("ses"), none(), none()))).isEqualTo(30);
    assertThat(attempts(new Filter(none(), none(), some("192.0.2.1"), none()))).isEqualTo(30);
    assertThat(attempts(new Filter(none(), none(), none(), some("shop.test")))).isEqualTo(40);
    assertThat(attempts(Filter.ALL)).isEqualTo(60);
  }

  @Test
  void writesEachComponentAsARow() {
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 10_000);
    sent(shop, "yahoo", "yahoo", 2, "bounced", "bad-mailbox", 100);

    Reputation reputation = read(Window.WEEK);

    assertThat(ReputationCsv.write(reputation).lines())
        .hasSize(2 + Component.values().length)
        .anyMatch(
            row ->
                row.startsWith(
                    "yahoo,yahoo,direct,192.0.2.1,shop.test,7d,list-quality,90.1,88.0,91.9,100,10100,0.00990,"));
    assertThat(ReputationCsv.writeDistances(reputation).lines())
        .anyMatch(
            row ->
                row.startsWith(
                    "yahoo-complaints,yahoo,shop.test,complaints,,,,,,0.00300,not-seen,"));
  }

  private long attempts(Filter filter) {
    Reputation reputation = reader.read(filter, Window.WEEK, NOW);
    long attempts = reputation.signals().stream().mapToLong(it -> it.counts().attempts()).sum();
    assertThat(reputation.days().stream().mapToLong(Interval::accepted).sum()).isEqualTo(attempts);
    return attempts;
  }

  private static Optional<String> some(String value) {
    return Optional.of(value);
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  @Test
  void holdsRatesAgainstTheLimitsOfTheOperator() {
    sent(shop, "yahoo", "yahoo", 2, "accepted", "", 10_000);
    sent(shop, "yahoo", "yahoo", 2, "complaint", "", 21);
    sent(shop, "yahoo", "yahoo", 2, "bounced", "bad-mailbox", 20);
    relayed("accepted", "", 1_000);
    relayed("deferred", "rate-limited", 900);
    Threshold stricter = own("yahoo-complaints", Scope.ISP, "yahoo", Component.COMPLAINTS, 0.001);
    reader =
        reader(
            Thresholds.builtIn()
                .with(stricter)
                .with(own("mine", Scope.ISP, "yahoo", Component.LIST_QUALITY, 0.01))
                .with(own("relay", Scope.RELAY, "ses", Component.LIST_QUALITY, 0.01))
                .with(own("other", Scope.RELAY, "other", Component.LIST_QUALITY, 0.01))
                .without("yahoo-authentication"));

    Reputation reputation = read(Window.WEEK);

    assertThat(distance(reputation, "yahoo-complaints"))
        .returns(Verdict.ABOVE, Distance::verdict)
        .extracting(Distance::words)
        .isEqualTo(
            "shop.test: complaints at yahoo 0.21 % (0.14–0.32 %) (without 1,000 of which it"
                + " cannot be seen), your own limit 0.10 %: above. Ask why.");
    assertThat(distance(reputation, "mine").verdict()).isEqualTo(Verdict.BELOW);
    assertThat(distance(reputation, "relay").subject()).as("a relay by its name").isEqualTo("ses");
    assertThat(reputation.distances())
        .extracting(each -> each.threshold().id())
        .doesNotContain("yahoo-authentication", "other");
    assertThat(reputation.thresholds().words())
        .endsWith(
            "and 4 of your own (yahoo-complaints, mine, relay, other). Switched off by you:"
                + " yahoo-authentication.");
  }

  private static Threshold own(
      String id, Scope scope, String owner, Component measure, double limit) {
    return new Threshold(
        id, scope, owner, measure, limit, "keep below", "Ask why.", Optional.empty());
  }

  private ReputationReader reader(Thresholds thresholds) {
    return new ReputationReader(
        new ReputationStore(database.database(), LoopProof.byComplaints()),
        dnsHealth,
        relays,
        thresholds);
  }

  private Reputation read(Window window) {
    return reader.read(Filter.ALL, window, NOW);
  }

  private static ComponentScore component(Signal signal, Component component) {
    return signal.components().stream()
        .filter(each -> each.component() == component)
        .findFirst()
        .orElseThrow();
  }

  private static Rate rate(Signal signal, Component component) {
    return component(signal, component).rate();
  }

  private static String words(Signal signal, Component component) {
    return component(signal, component).words();
  }

  private static Trend trend(Signal signal, Window window) {
    return signal.trends().stream()
        .filter(each -> each.component() == Component.LIST_QUALITY && each.window() == window)
        .findFirst()
        .orElseThrow();
  }

  private static Distance distance(Reputation reputation, String id) {
    return reputation.distances().stream()
        .filter(each -> each.threshold().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static DnsFinding finding(String subject, DnsCheck check, DnsStatus status) {
    return new DnsFinding(subject, check, status, "", "", "");
  }

  private long campaign(String from) {
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES ('c', 'running', jsonb_build_object('fromAddress', ?::text))",
        from);
    return database.number("SELECT max(id) FROM campaign");
  }

  private void relayed(String outcome, String category, long count) {
    Instant at = NOW.minus(Duration.ofHours(40));
    insert(shop, at, "yahoo", "yahoo", "ses", "10.0.0.1", outcome, category, count);
  }

  private void sent(
      long campaign,
      String isp,
      String platform,
      int daysAgo,
      String outcome,
      String category,
      long count) {
    Instant at = NOW.minus(Duration.ofDays(daysAgo));
    insert(campaign, at, isp, platform, "direct", "192.0.2.1", outcome, category, count);
  }

  private void count(
      long campaign, String isp, Instant at, String outcome, String category, long count) {
    insert(campaign, at, isp, isp, "direct", "192.0.2.1", outcome, category, count);
  }

  private void insert(
      long campaign,
      Instant at,
      String isp,
      String platform,
      String route,
      String source,
      String outcome,
      String category,
      long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, source, outcome, category, count)
        VALUES (?, date_trunc('minute', ?::timestamptz), ?, ?, ?, 25, 'opportunistic', ?, ?, ?, ?)
        """,
        campaign,
        at.toString(),
        isp,
        platform,
        route,
        source,
        outcome,
        category,
        count);
  }
}
