package io.portolan.metrics.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.recorder.AcceptTime;
import io.portolan.core.relay.RelayShare;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
    InstantSource clock = InstantSource.fixed(MINUTE.plusSeconds(90));
    reports = new ReportStore(database.database(), clock, LoopProof.byComplaints());
    database.execute(
        "INSERT INTO campaign (name, state, content) VALUES ('spring <sale>', 'running', '{}')");
    campaign = database.number("SELECT id FROM campaign");
    database.execute(
        "INSERT INTO campaign_isp (campaign_id, isp, platform, recipients) VALUES (?, 'gmail', 'gmail', 130)",
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
    result("direct", 25, "deferred", "ip-reputation", 6);
    result("", 0, "expired", "ip-reputation", 2);
    result("", 0, "bounced", "not-composed", 7);
    result("", 0, "bounced", "bad-domain", 1);
    acceptTime("direct", 25, 100, 60);
    acceptTime("direct", 25, 5_000, 30);
    acceptTime("relay", 587, 800, 10);
  }

  @Test
  void countsByIspRouteAndPort() {
    Report report = reports.ofCampaign(campaign);

    Marks marks = new Marks(20, 0, 0, 0, 10);
    assertThat(report.total())
        .isEqualTo(
            new Counts(100, 4, 2, 3, 26, 6, 7, 8, 3, 2, 5, 0, Returned.NONE, marks, Untold.NONE));
    assertThat(report.recipients()).isEqualTo(130);
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
    assertThat(total.hardBounceRate().of()).as("accepted and bounced directly").isEqualTo(99);
    assertThat(total.blockRate().of()).isEqualTo(99);
    assertThat(total.deferralRate().of()).as("attempts").isEqualTo(135);
    assertThat(total.reputationRate().count()).as("3 for good, 6 for now").isEqualTo(9);
    assertThat(total.reputationRate().of()).as("attempts").isEqualTo(135);
  }

  @Test
  void countsWhatNoPeerDecidedApartAndInNoRate() {
    Counts total = reports.ofCampaign(campaign).total();

    assertThat(total.notSent()).as("not composed, no such domain").isEqualTo(8);
    assertThat(total.softBounced()).isEqualTo(2);
    assertThat(total.hardBounced()).isEqualTo(4);
    assertThat(total.softBounceRate().of()).isEqualTo(99);
  }

  @Test
  void showsBlocksThatNeverBecameBounces() {
    Counts total = reports.ofCampaign(campaign).total();

    assertThat(total.blockedDeferrals()).isEqualTo(6);
    assertThat(total.expiredBlocked()).isEqualTo(2);
  }

  @Test
  void tellsPathsThatDifferInTlsAloneApart() {
    result("relay", 587, "implicit", "accepted", "", 3);
    acceptTime("relay", 587, "implicit", 20_000, 3);

    assertThat(reports.ofCampaign(campaign).isps().getFirst().paths())
        .extracting(path -> path.tls() + " " + path.acceptTimes().medianMillis().orElseThrow())
        .contains(
            "opportunistic " + AcceptTime.lowerMillis(AcceptTime.bucket(800)),
            "implicit " + AcceptTime.lowerMillis(AcceptTime.bucket(20_000)));
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
    assertThat(reports.ofSpan(MINUTE, MINUTE.plusSeconds(60)).intervals()).hasSize(1);
    assertThat(reports.ofSpan(MINUTE.plusSeconds(60), MINUTE.plusSeconds(120)).total())
        .isEqualTo(Counts.NONE);
  }

  @Test
  void cutsASpanToWholeMinutesAtBothEndsAndCountsRepliesOfItsHours() {
    reply(MINUTE.plusSeconds(10));
    reply(MINUTE.plusSeconds(3_670));

    Report report = reports.ofSpan(MINUTE.plusSeconds(40), MINUTE.plusSeconds(119));

    assertThat(report.from()).contains(MINUTE);
    assertThat(report.until()).contains(MINUTE.plusSeconds(60));
    assertThat(report.total().accepted()).isEqualTo(100);
    assertThat(report.topReplies()).singleElement().returns(1L, Report.TopReply::count);
  }

  @Test
  void addsUpWholeHoursAndTheMinutesAtBothEnds() {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        SELECT ?, ?::timestamptz + make_interval(mins => n), 'gmx', 'gmx', 'direct', 25, 'opportunistic', 'accepted', '', 1
          FROM generate_series(0, 299) n
        """,
        campaign,
        MINUTE.toString());

    for (int first : List.of(0, 1, 59, 60, 119)) {
      for (int last : List.of(121, 130, 180, 299)) {
        assertThat(
                reports
                    .ofSpan(MINUTE.plusSeconds(60L * first), MINUTE.plusSeconds(60L * last))
                    .isps()
                    .stream()
                    .filter(isp -> isp.isp().equals("gmx"))
                    .mapToLong(isp -> isp.total().accepted())
                    .sum())
            .as("%d to %d", first, last)
            .isEqualTo(last - first);
      }
    }
  }

  @Test
  void subtractsWhatCameBackAndSaysWhatMayStillCome() {
    back("late-bounce", "bad-mailbox", 2);
    back("late-bounce", "ip-reputation", 1);
    back("complaint", "", 3);
    back("unsubscribe", "", 4);

    Report report = reports.ofCampaign(campaign);

    assertThat(report.total().accepted()).as("stay").isEqualTo(100);
    assertThat(RateKind.HARD_BOUNCE.of(report.total())).isEqualTo(Rate.of(6, 99));
    assertThat(RateKind.BLOCK.of(report.total())).isEqualTo(Rate.of(4, 99));
    assertThat(RateKind.UNSUBSCRIBE.of(report.total())).isEqualTo(Rate.of(4, 100));
    assertThat(RateKind.COMPLAINT.of(report.total()))
        .as("Gmail tells no complaints")
        .isEqualTo(Rate.of(0, 0));
    assertThat(report.total().returned().complaints()).isEqualTo(3);
    assertThat(report.total().relayed()).as("taken by the relay").isEqualTo(10);
    assertThat(report.pending()).isEqualTo(100);
    assertThat(report.cohorts())
        .singleElement()
        .isEqualTo(new Report.Cohort(Instant.parse("2026-11-24T00:00:00Z"), 24, 100, 3, 3, 4, 100));
  }

  @Test
  void saysWhereThePlannedStandAndWhichRelaysHaveNotTold() {
    back("late-bounce", "bad-mailbox", 2);
    back("delivered", "", 1);
    result("relay", 587, "late-bounce", "mailbox-full", 3);
    result("relay", 587, "delivered", "", 1);

    Report report = reports.ofCampaign(campaign);

    assertThat(report.funnel())
        .isEqualTo(new Funnel(130, 89, 6, 14, 8, 3, 5, 0, 5))
        .satisfies(FunnelTest::addsUp);
    assertThat(report.relays()).containsExactly(new RelayShare("relay", 6));
    assertThat(ReportCsv.writeFunnel(report).lines())
        .startsWith(
            "step,messages,share", "planned,130,", "accepted,89,0.68462", "relayed,6,0.04615")
        .contains("not_sent,8,0.06154", "waiting,5,0.03846");
    Funnel ofSpan = reports.ofSpan(MINUTE, MINUTE.plusSeconds(60)).funnel();
    assertThat(ofSpan.planned()).as("what ended").isEqualTo(125);
    FunnelTest.addsUp(ofSpan);
  }

  private void back(String outcome, String category, long count) {
    result("direct", 25, outcome, category, count);
  }

  @Test
  void refusesASpanWithoutAMinuteAndOneThatIsTooLong() {
    assertThatThrownBy(() -> reports.ofSpan(MINUTE, MINUTE.plusSeconds(59)))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("later minute");
    assertThatThrownBy(() -> reports.ofSpan(MINUTE, MINUTE.plus(Duration.ofDays(93))))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("92 days");
  }

  @Test
  void sharesAnIntervalAmongMinutesWhenThereAreMany() {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        SELECT ?, ?::timestamptz + make_interval(mins => n), 'gmail', 'gmail', 'direct', 25, 'opportunistic', 'accepted', '', 1
          FROM generate_series(1, 10000) n
        """,
        campaign,
        MINUTE.toString());

    List<Report.Interval> intervals =
        reports.ofSpan(MINUTE, MINUTE.plus(Duration.ofDays(30))).intervals();

    assertThat(intervals).hasSizeLessThanOrEqualTo(240);
    assertThat(intervals.getFirst().start()).isEqualTo(MINUTE);
    assertThat(intervals.getFirst().minutes()).as("whole hours after a day").isEqualTo(60);
    assertThat(intervals.stream().mapToLong(Report.Interval::accepted).sum()).isEqualTo(10_100);
  }

  @Test
  void saysWhenThereIsNoSuchCampaign() {
    assertThatThrownBy(() -> reports.ofCampaign(99))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("99");
  }

  @Test
  void countsHardBouncesAndBlocksOfEachIntervalLateOnesAmongThem() {
    back("late-bounce", "bad-mailbox", 2);
    back("late-bounce", "ip-reputation", 1);

    assertThat(reports.ofCampaign(campaign).intervals())
        .singleElement()
        .satisfies(
            interval -> {
              assertThat(interval.hardBounceRate()).isEqualTo(Rate.of(6, 99));
              assertThat(interval.blockRate()).isEqualTo(Rate.of(4, 99));
            });
  }

  @Test
  void countsBouncesByCategoryLateOnesAmongThemButNotWhatWasNotSent() {
    back("late-bounce", "bad-mailbox", 2);

    assertThat(reports.ofCampaign(campaign).isps().getFirst().bounces())
        .isEqualTo(Map.of("bad-mailbox", 6L, "ip-reputation", 3L, "mailbox-full", 2L));
  }

  @Test
  void coversOneIspAlone() {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, ?::timestamptz, 'gmx', 'gmx', 'direct', 25, 'opportunistic', 'accepted', '', 7)
        """,
        campaign,
        MINUTE.toString());
    reply(MINUTE);

    Report report = reports.ofIsp("gmx", Span.of(MINUTE, MINUTE.plusSeconds(7_200)));

    assertThat(report.total().accepted()).isEqualTo(7);
    assertThat(report.intervals()).extracting(Report.Interval::accepted).containsExactly(7L);
    assertThat(report.topReplies()).as("of gmail alone").isEmpty();
    assertThat(report.acceptTimes().medianMillis()).isEmpty();
    assertThat(report.cohorts()).extracting(Report.Cohort::accepted).containsExactly(7L);
  }

  @Test
  void writesTheSameRowsAndRatesAsTheOtherFormats() {
    Report report = reports.ofCampaign(campaign);
    List<NamedCsvRecord> rows =
        CsvReader.builder().ofNamedCsvRecord(ReportCsv.write(report)).stream().toList();

    assertThat(rows)
        .extracting(row -> row.getField("isp") + " " + row.getField("route"))
        .containsExactly("gmail all", "gmail direct", "gmail relay", "all all");
    NamedCsvRecord total = rows.getLast();
    assertThat(total.getField("recipients")).isEqualTo("130");
    assertThat(total.getField("not_sent")).isEqualTo("8");
    assertThat(total.getField("relayed")).as("of the accepted").isEqualTo("10");
    assertThat(rows.get(1).getField("relayed")).as("direct").isEqualTo("0");
    assertThat(rows.get(1).getField("not_sent")).as("of no path").isEmpty();
    for (String rate : List.of("hard_bounce", "soft_bounce", "block", "deferral", "reputation")) {
      assertThat(total.getField(rate + "_rate")).isNotEmpty();
      assertThat(Double.parseDouble(total.getField(rate + "_low")))
          .isLessThan(Double.parseDouble(total.getField(rate + "_high")));
    }
    assertThat(total.getField("soft_bounce_of")).isEqualTo("99");
    assertThat(total.getField("deferral_of")).isEqualTo("135");
  }

  @Test
  void writesTheTopRepliesSoThatNoSpreadsheetTakesThemForFormulas() {
    reply(MINUTE);

    assertThat(ReportCsv.writeReplies(reports.ofCampaign(campaign)).lines())
        .containsExactly(
            "count,isp,code,enhanced,category,outcome,sample",
            "1,gmail,452,4.2.2,mailbox-full,deferred,'=full");
  }

  @Test
  void showsRepliesWhoseWordsWereNotRecorded() {
    reply(MINUTE);
    database.execute("UPDATE reply_hour SET sample = ''");

    assertThat(reports.ofCampaign(campaign).topReplies())
        .singleElement()
        .returns("", Report.TopReply::sample);
  }

  private void reply(Instant at) {
    database.execute(
        """
        INSERT INTO reply_hour (hour, campaign_id, isp, code, enhanced, category, outcome, sample, count)
        VALUES (date_trunc('hour', ?::timestamptz), ?, 'gmail', 452, '4.2.2', 'mailbox-full', 'deferred', '=full', 1)
        """,
        at.toString(),
        campaign);
  }

  private void result(String route, int port, String outcome, String category, long count) {
    result(route, port, route.isEmpty() ? "" : "opportunistic", outcome, category, count);
  }

  private void result(
      String route, int port, String tls, String outcome, String category, long count) {
    database.execute(
        """
        INSERT INTO result_rollup (campaign_id, minute, isp, platform, route, port, tls, outcome, category, count)
        VALUES (?, ?::timestamptz, 'gmail', 'gmail', ?, ?, ?, ?, ?, ?)
        """,
        campaign,
        MINUTE.toString(),
        route,
        port,
        tls,
        outcome,
        category,
        count);
  }

  private void acceptTime(String route, int port, long millis, long count) {
    acceptTime(route, port, "opportunistic", millis, count);
  }

  private void acceptTime(String route, int port, String tls, long millis, long count) {
    database.execute(
        """
        INSERT INTO accept_time_rollup (campaign_id, minute, isp, route, port, tls, bucket, count)
        VALUES (?, ?::timestamptz, 'gmail', ?, ?, ?, ?, ?)
        """,
        campaign,
        MINUTE.toString(),
        route,
        port,
        tls,
        (short) AcceptTime.bucket(millis),
        count);
  }
}
