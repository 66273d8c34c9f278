package io.portolan.metrics.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayReporting.EventWay;
import io.portolan.core.relay.RelayStore;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Distance.Verdict;
import io.portolan.metrics.reputation.Reputation.Filter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the reputation is where complaints and bounces cannot be seen. */
class HiddenReputationTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:20:30Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private LoopProof loops = LoopProof.byComplaints();
  private long campaign;

  @BeforeEach
  void fill() {
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES ('c', 'running', '{\"fromAddress\": \"news@shop.test\"}')");
    campaign = database.number("SELECT max(id) FROM campaign");
  }

  @Test
  void takesTheSilenceOfALoopThatIsNotProvenForNoPraise() {
    sent("direct", "accepted", "", 10_000);
    sent("ses", "accepted", "", 5_000);

    Reputation reputation = read();

    Signal direct = reputation.signals().getFirst();
    assertThat(component(direct, Component.COMPLAINTS).score()).isEmpty();
    assertThat(words(direct, Component.COMPLAINTS))
        .isEqualTo(
            "not known: no complaint has come from yahoo yet: sign up for its feedback loop (Yahoo"
                + " Complaint Feedback Loop), or if you have, name yahoo in complaints.loops");
    assertThat(words(reputation.signals().getLast(), Component.COMPLAINTS))
        .contains("ses has told no complaint from yahoo yet", "complaints.loops");
    assertThat(component(direct, Component.LOOP_COVERAGE).rate()).isEqualTo(Rate.of(0, 10_000));
    assertThat(distance(reputation, "yahoo-complaints").verdict()).isEqualTo(Verdict.NOT_SEEN);
    assertThat(distance(reputation, "yahoo-complaints").words())
        .contains("cannot be seen from here", "name yahoo in complaints.loops");

    loops = named("yahoo");
    assertThat(distance(read(), "yahoo-complaints"))
        .as("somebody has signed up, and the relay's events come here")
        .returns(Rate.of(0, 15_000), Distance::rate)
        .returns(Verdict.BELOW, Distance::verdict);
  }

  @Test
  void countsALoopAsProvenByTheFirstComplaintOnTheSameWayHoweverOld() {
    sent("direct", "accepted", "", 10_000);
    insert(Duration.ofDays(400), "aol", "ses", "complaint", "", 1);

    assertThat(distance(read(), "yahoo-complaints").verdict())
        .as("the relay's loop, not ours")
        .isEqualTo(Verdict.NOT_SEEN);

    insert(Duration.ofDays(400), "aol", "direct", "complaint", "", 1);

    assertThat(distance(read(), "yahoo-complaints").rate()).isEqualTo(Rate.of(0, 10_000));
  }

  @Test
  void makesNoRateOfBouncesWhereNothingOfArrivalsIsTold() {
    sent("ses", "accepted", "", 10_000);
    sent("ses", "late-bounce", "bad-mailbox", 100);

    Reputation silent = read();

    assertThat(rate(silent.signals().getFirst(), Component.LIST_QUALITY)).isEqualTo(Rate.of(0, 0));
    assertThat(words(silent.signals().getFirst(), Component.LIST_QUALITY))
        .isEqualTo(
            "not known: ses has told 100 bounces, and of too few messages that they arrived, so that they"
                + " are a share of nothing known");
    assertThat(silent.days()).singleElement().returns(0L, Interval::known);

    sent("ses", "delivered", "", 900);
    assertThat(rate(read().signals().getFirst(), Component.LIST_QUALITY))
        .as("bounces of 10,000 are no share of 1,000")
        .isEqualTo(Rate.of(0, 0));

    sent("ses", "delivered", "delivered", 5_000);

    Signal told = read().signals().getFirst();
    assertThat(rate(told, Component.LIST_QUALITY)).isEqualTo(Rate.of(100, 6_000));
    assertThat(words(told, Component.LIST_QUALITY))
        .endsWith("100 of 6,000; without 4,000 of which ses has not said what became");
  }

  /** As if somebody had signed up for these loops, and the events of a relay came here. */
  private static LoopProof named(String... loops) {
    return LoopProof.of(
        List.of(loops),
        new RelayReporting(
            _ -> Optional.empty(), List.of(new EventWay("generic", Optional.of("ses"))), false));
  }

  private Reputation read() {
    return new ReputationReader(
            new ReputationStore(database.database(), loops),
            new DnsHealthStore(database.database(), "net"),
            new RelayStore(database.database(), InstantSource.fixed(NOW)),
            Thresholds.builtIn())
        .read(Filter.ALL, Window.WEEK, NOW);
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

  private static Distance distance(Reputation reputation, String id) {
    return reputation.distances().stream()
        .filter(each -> each.threshold().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private void sent(String route, String outcome, String category, long count) {
    insert(Duration.ofDays(2), "yahoo", route, outcome, category, count);
  }

  private void insert(
      Duration ago, String isp, String route, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, date_trunc('minute', ?::timestamptz), ?, 'yahoo', ?, 25, 'opportunistic', ?, ?, ?)
        """,
        campaign,
        NOW.minus(ago).toString(),
        isp,
        route,
        outcome,
        category,
        count);
  }
}
