package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.Breakdown.Group;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BreakdownStoreTest {
  private static final Instant HOUR = Instant.parse("2026-11-24T10:00:00Z");
  private static final Span DAY = Span.of(HOUR.minusSeconds(3_600), HOUR.plusSeconds(82_800));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private BreakdownStore store;
  private long spring;
  private long summer;

  @BeforeEach
  void fill() {
    store = new BreakdownStore(database.database(), LoopProof.byComplaints());
    spring = campaign("spring", "News@Shop.Example");
    summer = campaign("summer", "hello@other.example");
    result(spring, "yahoo", "direct", "192.0.2.1", "tls", "accepted", "", 90);
    result(spring, "aol", "direct", "192.0.2.2", "plain", "accepted", "", 10);
    result(spring, "gmail", "direct", "192.0.2.1", "tls", "accepted", "", 50);
    result(summer, "yahoo", "ses", "", "tls", "accepted", "", 40);
    result(spring, "yahoo", "direct", "192.0.2.1", "tls", "bounced", "bad-mailbox", 5);
    result(spring, "yahoo", "direct", "192.0.2.1", "tls", "deferred", "rate-limited", 20);
    result(spring, "yahoo", "direct", "192.0.2.1", "", "complaint", "", 2);
    result(spring, "gmail", "direct", "192.0.2.1", "", "complaint", "", 1);
    result(spring, "yahoo", "direct", "192.0.2.1", "", "path-failure", "connect-timeout", 7);
    result(summer, "yahoo", "ses", "", "", "late-bounce", "bad-mailbox", 3);
    result(summer, "yahoo", "ses", "", "", "delivered", "", 30);
  }

  @Test
  void tellsSendingDomainsApart() {
    Breakdown breakdown = store.of(DAY, List.of(Dimension.DOMAIN), Map.of());

    assertThat(breakdown.groups())
        .extracting(group -> group.key().get(Dimension.DOMAIN) + " " + group.counts().accepted())
        .containsExactly("shop.example 150", "other.example 40");
    Counts other = breakdown.groups().getLast().counts();
    assertThat(other.relayed()).as("40 by the relay, 33 events").isEqualTo(7);
    assertThat(RateKind.HARD_BOUNCE.of(other)).as("of the 33").isEqualTo(Rate.of(3, 33));
  }

  @Test
  void takesTheComplaintRateOfIspsThatTellThem() {
    Group all = store.of(DAY, List.of(), Map.of()).groups().getFirst();

    assertThat(RateKind.COMPLAINT.of(all.counts()))
        .as("direct to yahoo and aol, not gmail; not by the relay, which told none")
        .isEqualTo(Rate.of(2, 100));
    assertThat(all.counts().returned().acceptedUnproven()).isEqualTo(40);
    assertThat(all.counts().returned().complaints()).isEqualTo(3);
  }

  @Test
  void leavesOutWhatCannotBeSeenAndSaysSo() {
    result(summer, "outlook", "quiet", "", "tls", "accepted", "", 500);
    result(summer, "outlook", "quiet", "", "", "bounced", "bad-mailbox", 8);
    result(summer, "outlook", "quiet", "", "", "late-bounce", "ip-reputation", 2);

    Breakdown breakdown = store.of(DAY, List.of(Dimension.ROUTE), Map.of());
    Counts quiet = breakdown.groups().getFirst().counts();

    assertThat(RateKind.HARD_BOUNCE.of(quiet)).isEqualTo(Rate.of(0, 0));
    assertThat(RateKind.BLOCK.of(quiet)).isEqualTo(Rate.of(0, 0));
    assertThat(quiet.unseen()).as("all of it").isEqualTo(508);
    assertThat(breakdown.leftOut())
        .containsExactly(
            "Hard bounce, soft bounce and block rates leave out 515 messages that went through"
                + " relays: what became of them at the ISP has not been told. 10 of them bounced,"
                + " but their relays tell of too few messages that they arrived, so that they are a share"
                + " of nothing known. Set up the relay's webhook with events of deliveries.",
            "Complaint rates leave out 540 messages accepted, about which no complaint is known to"
                + " come back: sign up for the ISP's feedback loop, or set up the relay's webhook"
                + " with events of complaints; if that is done, name the loop in complaints.loops.");
    Counts all = store.of(DAY, List.of(), Map.of()).groups().getFirst().counts();
    assertThat(RateKind.HARD_BOUNCE.of(all)).as("5 and 3 of 155 and 33").isEqualTo(Rate.of(8, 188));
    assertThat(ReportCsv.write(breakdown).lines().toList().get(1)).contains(",508,500,");
  }

  @Test
  void tellsSourcesApartAndKeepsWhatIsAsked() {
    Breakdown breakdown =
        store.of(DAY, List.of(Dimension.SOURCE), Map.of(Dimension.CAMPAIGN, Long.toString(spring)));

    assertThat(breakdown.groups())
        .extracting(group -> group.key().get(Dimension.SOURCE) + " " + group.counts().accepted())
        .containsExactly("192.0.2.1 140", "192.0.2.2 10");
    assertThat(RateKind.TLS.of(breakdown.groups().getLast().counts())).isEqualTo(Rate.of(0, 10));
    assertThat(RateKind.PATH_FAILURE.of(breakdown.groups().getFirst().counts()))
        .isEqualTo(Rate.of(7, 172));
    assertThat(breakdown.groups().getFirst().categories())
        .containsEntry("rate-limited", Rate.of(20, 165))
        .containsEntry("bad-mailbox", Rate.of(5, 165));
  }

  @Test
  void groupsByPlatformWithItsTimesToAccept() {
    database.execute(
        "INSERT INTO campaign_isp (campaign_id, isp, platform, recipients) VALUES (?, 'aol', 'yahoo', 10)",
        spring);
    database.execute(
        """
        INSERT INTO accept_time_rollup (campaign_id, minute, isp, route, port, tls, bucket, count)
        VALUES (?, '2026-11-24T10:00:00Z', 'aol', 'direct', 25, 'opportunistic', 3, 10)
        """,
        spring);

    Breakdown breakdown =
        store.of(DAY, List.of(Dimension.PLATFORM), Map.of(Dimension.PLATFORM, "yahoo"));

    assertThat(breakdown.groups()).singleElement().returns(140L, it -> it.counts().accepted());
    assertThat(breakdown.groups().getFirst().acceptTimes().p99()).contains(3L);
  }

  @Test
  void tellsTheSameByOneLookAsBySeveral() {
    List<List<Dimension>> choices =
        List.of(
            List.of(),
            List.of(Dimension.ROUTE, Dimension.PORT, Dimension.TLS),
            List.of(Dimension.SOURCE),
            List.of(Dimension.DOMAIN));
    Map<Dimension, String> only = Map.of(Dimension.ISP, "yahoo");

    List<Breakdown> atOnce = store.of(DAY, only, choices);

    for (int i = 0; i < choices.size(); i++) {
      assertThat(atOnce.get(i)).isEqualTo(store.of(DAY, choices.get(i), only));
    }
    assertThat(atOnce.getLast().groups()).hasSize(2);
  }

  private long campaign(String name, String from) {
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES (?, 'running', jsonb_build_object('fromAddress', ?::text))",
        name,
        from);
    return database.number("SELECT max(id) FROM campaign");
  }

  private void result(
      long campaign,
      String isp,
      String route,
      String source,
      String encryption,
      String outcome,
      String category,
      long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, source, encryption, outcome, category, count)
        VALUES (?, ?::timestamptz, ?, ?, ?, 25, 'opportunistic', ?, ?, ?, ?, ?)
        """,
        campaign,
        HOUR.toString(),
        isp,
        isp.equals("aol") ? "yahoo" : isp,
        route,
        source,
        encryption,
        outcome,
        category,
        count);
  }
}
