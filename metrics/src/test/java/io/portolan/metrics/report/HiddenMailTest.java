package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a report says of mail of which not all can be seen, or not yet. */
class HiddenMailTest {
  private static final Instant MINUTE = Instant.parse("2026-11-24T10:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private ReportStore reports;
  private long campaign;

  @BeforeEach
  void fill() {
    reports =
        new ReportStore(
            database.database(),
            InstantSource.fixed(MINUTE.plusSeconds(90)),
            LoopProof.byComplaints());
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES ('spring', 'running', '{}')");
    campaign = database.number("SELECT id FROM campaign");
    result("direct", "accepted", "", 95);
    result("direct", "bounced", "bad-mailbox", 4);
    result("relay", "accepted", "", 10);
  }

  @Test
  void saysNothingOfWhatARelayHidesUntilItTells() {
    result("relay", "late-bounce", "bad-mailbox", 2);

    Report silent = reports.ofCampaign(campaign);
    assertThat(silent.total().hardBounceRate())
        .as("two of ten bounced, and of the others nothing is known")
        .isEqualTo(Rate.of(4, 99));
    assertThat(silent.isps().getFirst().paths().getLast().counts().hardBounceRate())
        .isEqualTo(Rate.of(0, 0));
    assertThat(silent.intervals().getFirst().hardBounceRate()).isEqualTo(Rate.of(4, 99));
    assertThat(silent.leftOut())
        .singleElement()
        .asString()
        .contains("leave out 10 messages", "2 of them bounced", "events of deliveries");

    result("relay", "delivered", "", 5);

    Report told = reports.ofCampaign(campaign);
    assertThat(told.total().hardBounceRate()).isEqualTo(Rate.of(6, 106));
    assertThat(told.isps().getFirst().paths().getLast().counts().hardBounceRate())
        .isEqualTo(Rate.of(2, 7));
    assertThat(told.intervals().getFirst().hardBounceRate()).isEqualTo(Rate.of(6, 106));
    assertThat(told.leftOut()).singleElement().asString().contains("leave out 3 messages");
    assertThat(told.funnel()).satisfies(FunnelTest::addsUp);
  }

  @Test
  void keepsCohortsAndWhatIsPendingWithinTheSpan() {
    for (int minute = 1; minute <= 120; minute++) {
      result(MINUTE.plusSeconds(60L * minute), "direct", "accepted", "", 1);
    }

    Report report = reports.ofSpan(MINUTE.plusSeconds(50 * 60), MINUTE.plusSeconds(70 * 60));

    assertThat(report.total().accepted()).isEqualTo(20);
    assertThat(report.pending()).isEqualTo(20);
    assertThat(report.cohorts())
        .as("by the hour, the latest first")
        .containsExactly(
            new Report.Cohort(MINUTE.plusSeconds(3_600), 1, 10, 0, 0, 0, 10),
            new Report.Cohort(MINUTE, 1, 10, 0, 0, 0, 10));
    assertThat(ReportCsv.writeCohorts(report).lines())
        .containsExactly(
            "start,hours,accepted,late_bounced,complaints,unsubscribes,pending",
            "2026-11-24T11:00:00Z,1,10,0,0,0,10",
            "2026-11-24T10:00:00Z,1,10,0,0,0,10");
    Duration longer = Duration.ofHours(49);
    assertThat(reports.ofSpan(MINUTE.minus(longer), MINUTE.plusSeconds(60)).cohorts())
        .as("by the day")
        .containsExactly(
            new Report.Cohort(Instant.parse("2026-11-24T00:00:00Z"), 24, 105, 0, 0, 0, 105));
  }

  @Test
  void countsAsRipeWhatWasSentThreeDaysAgoAndEarlierToTheMinute() {
    result(MINUTE.plusSeconds(60), "direct", "accepted", "", 7);
    result(MINUTE.minusSeconds(60), "direct", "accepted", "", 3);
    ReportStore later =
        new ReportStore(
            database.database(),
            InstantSource.fixed(MINUTE.plusSeconds(60).plus(ReportStore.FEEDBACK_LAG)),
            LoopProof.byComplaints());

    Report report = later.ofSpan(MINUTE.minusSeconds(60), MINUTE.plusSeconds(120));

    assertThat(report.total().accepted()).isEqualTo(115);
    assertThat(report.ripe().accepted()).as("10:00 and the minute before").isEqualTo(108);
    assertThat(report.isps().getFirst().ripe().accepted()).isEqualTo(108);
    assertThat(report.pending()).isEqualTo(7);
  }

  private void result(String route, String outcome, String category, long count) {
    result(MINUTE, route, outcome, category, count);
  }

  private void result(Instant at, String route, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, ?::timestamptz, 'gmail', 'gmail', ?, 25, 'opportunistic', ?, ?, ?)
        """,
        campaign,
        at.toString(),
        route,
        outcome,
        category,
        count);
  }
}
