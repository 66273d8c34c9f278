package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.NotFoundException;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.AcceptTime;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReportStoreTest {
  private static final Instant MINUTE = Instant.parse("2026-11-24T10:00:00Z");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private ReportStore reports;
  private long campaign;

  @BeforeEach
  void fill() {
    reports = new ReportStore(database.database(), InstantSource.fixed(MINUTE.plusSeconds(90)));
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES ('spring <sale>', 'running', '{}')");
    campaign = database.number("SELECT id FROM campaign");
    database.execute(
        "INSERT INTO campaign_isp (campaign_id, isp, platform, recipients) VALUES (?, 'gmail', 'gmail', 120)",
        campaign);
    result("direct", 25, "accepted", "", 90);
    result("relay", 587, "accepted", "", 10);
    result("direct", 25, "bounced", "bad-mailbox", 4);
    result("direct", 25, "bounced", "ip-reputation", 3);
    result("direct", 25, "bounced", "mailbox-full", 2);
    result("direct", 25, "deferred", "rate-limited", 20);
    result("direct", 25, "path-failure", "connect-timeout", 7);
    result("", 0, "expired", "rate-limited", 1);
    result("", 0, "suppressed", "", 5);
    acceptTime("direct", 25, 100, 60);
    acceptTime("direct", 25, 5_000, 30);
    acceptTime("relay", 587, 800, 10);
  }

  @Test
  void countsByIspRouteAndPort() {
    Report report = reports.ofCampaign(campaign);

    assertThat(report.total()).isEqualTo(new Counts(100, 4, 2, 3, 20, 7, 1, 5, 0));
    assertThat(report.recipients()).isEqualTo(120);
    assertThat(report.waiting()).isEqualTo(5);
    Report.IspReport gmail = report.isps().getFirst();
    assertThat(gmail.paths())
        .extracting(path -> path.route() + ":" + path.port() + " " + path.counts().accepted())
        .containsExactly("direct:25 90", "relay:587 10");
    assertThat(gmail.paths().getFirst().counts().expired()).as("is of no path").isZero();
  }

  @Test
  void statesTheDenominatorOfEachRate() {
    Counts total = reports.ofCampaign(campaign).total();

    assertThat(total.hardBounceRate().count()).isEqualTo(4);
    assertThat(total.hardBounceRate().of()).as("accepted and bounced").isEqualTo(109);
    assertThat(total.blockRate().of()).isEqualTo(109);
    assertThat(total.deferralRate().of()).as("attempts").isEqualTo(129);
  }

  @Test
  void addsUpTimesToAcceptance() {
    Report report = reports.ofCampaign(campaign);

    assertThat(report.acceptTimes().medianMillis())
        .contains(AcceptTime.lowerMillis(AcceptTime.bucket(100)));
    assertThat(report.acceptTimes().p95Millis())
        .contains(AcceptTime.lowerMillis(AcceptTime.bucket(5_000)));
  }

  @Test
  void coversASpanOfAllCampaigns() {
    assertThat(reports.ofSpan(MINUTE, MINUTE.plusSeconds(60)).total().accepted()).isEqualTo(100);
    assertThat(reports.ofSpan(MINUTE.plusSeconds(60), MINUTE.plusSeconds(120)).total())
        .isEqualTo(Counts.NONE);
  }

  @Test
  void saysWhenThereIsNoSuchCampaign() {
    assertThatThrownBy(() -> reports.ofCampaign(99))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("99");
  }

  @Test
  void writesAPageThatNeedsNothingElseAndEscapesWhatItShows() {
    String page = ReportHtml.write(reports.ofCampaign(campaign));

    assertThat(page)
        .contains("spring &lt;sale&gt;", "direct:25", "<svg")
        .doesNotContain("<sale>", "http://", "https://", "<script");
  }

  @Test
  void writesARowForEachPath() {
    String csv = ReportCsv.write(reports.ofCampaign(campaign));

    assertThat(csv.lines()).hasSize(4);
    assertThat(csv).contains("gmail,gmail,direct,25,opportunistic,,90,4,2,3,20,7,");
  }

  private void result(String route, int port, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, ?::timestamptz, 'gmail', 'gmail', ?, ?, ?, ?, ?, ?)
        """,
        campaign,
        MINUTE.toString(),
        route,
        port,
        route.isEmpty() ? "" : "opportunistic",
        outcome,
        category,
        count);
  }

  private void acceptTime(String route, int port, long millis, long count) {
    database.execute(
        """
        INSERT INTO accept_time_rollup (campaign_id, minute, isp, route, port, bucket, count)
        VALUES (?, ?::timestamptz, 'gmail', ?, ?, ?, ?)
        """,
        campaign,
        MINUTE.toString(),
        route,
        port,
        (short) AcceptTime.bucket(millis),
        count);
  }
}
