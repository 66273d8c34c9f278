package io.portolan.metrics.page;

import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayShare;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.Interval;
import java.util.ArrayList;
import java.util.List;

/** Writes the report of a campaign or a span as one HTML page that needs nothing else. */
public final class ReportPage {
  static final String DEFINITIONS =
      """
      <h2>What is counted</h2>
      <p class=note>Accepted: the next hop took responsibility; no proof of arrival in a mailbox. Relayed: accepted by a relay, and the ISP's
      answer is not known, since no event of the relay has told it yet; it becomes accepted or bounced when one does. In the tables what
      a relay accepted is among the accepted. Hard and soft bounces and blocks: refused
      for good by the peer; a block is for the reputation of the sending address. Their rates are shares of accepted + hard + soft + blocked,
      which is what a peer decided for good, without what is relayed, and without bounces of a relay that has told of too few messages that they arrived. Deferrals are attempts answered for now, some of them blocks; one recipient may be deferred several
      times. The deferral rate is the share of them in all attempts: what was decided for good + deferrals. The reputation rate is the share
      of blocks, for now or for good, in all attempts. Path failures are connections that could not be opened or broke before the end of data:
      nothing was offered to a recipient. Not sent: no attempt was made, because the message could not be composed or the domain is not there.
      Expired: deferred or held until the lifetime ran out, some of them for a block. Path failures, not sent, expired, suppressed and
      cancelled are in no bounce rate. What came back after acceptance counts in the bounce and block rates, at the time of sending; complaints are
      shares of what was accepted where complaints are known to come back. In brackets: the interval at 95 %. Median and p95: time from the first attempt to acceptance, to
      within an eighth.</p>
      """;

  private ReportPage() {}

  /**
   * Writes the page.
   *
   * @param reporting what may still be heard from relays
   */
  public static String write(Report report, RelayReporting reporting) {
    Page page = new Page(report.title()).note(span(report));
    summary(page, report);
    page.section("What became of the planned, and what came back");
    List<FunnelPlot.Step> steps = FunnelPlot.steps(report);
    page.figure(FunnelPlot.svg(steps), FunnelPlot.figures(steps));
    unknown(page, report, reporting);
    results(page, report);
    page.section("ISP by port").table(HeatMap.of(report.isps())).html(HeatMap.legend());
    page.section("How deliveries ended, by ISP")
        .html(wide(IspBars.endings(report.isps())))
        .legend(
            List.of(
                "ok",
                "accepted",
                "okp",
                "relayed",
                "bad",
                "hard bounces",
                "soft",
                "soft bounces",
                "block",
                "blocked",
                "gone",
                "expired or not sent"));
    page.section("Time to accept, by ISP")
        .html(wide(IspBars.acceptTimes(report.isps())))
        .legend(List.of("ok", "up to the median", "okp", "up to p95"));
    tables(page, report);
    return page.html(DEFINITIONS).end();
  }

  /** What a report covers and as of when. */
  static String span(Report report) {
    String span =
        report.from().isPresent() && report.until().isPresent()
            ? Page.time(report.from().get()) + " to " + Page.time(report.until().get()) + ". "
            : "";
    return span + "As of " + Page.time(report.generatedAt()) + ".";
  }

  static void summary(Page page, Report report) {
    Counts total = report.total();
    StringBuilder cards = new StringBuilder("<div class=cards>");
    if (report.recipients() > 0) {
      cards.append(Page.card("recipients", report.recipients()));
      cards.append(Page.card("waiting", report.waiting()));
    }
    cards.append(Page.card("accepted", total.accepted()));
    if (total.marks().byRelay() > 0) {
      cards.append(Page.card("of them relayed", total.relayed()));
    }
    cards.append(Page.card("bounced hard", total.hardBounced()));
    cards.append(Page.card("bounced soft", total.softBounced()));
    cards.append(Page.card("blocked", total.blocked()));
    cards.append(Page.card("not sent", total.notSent()));
    cards.append(Page.card("expired", total.expired()));
    cards.append(Page.card("of them blocked", total.expiredBlocked()));
    cards.append(Page.card("suppressed", total.suppressed()));
    cards.append(Page.card("cancelled", total.cancelled()));
    cards.append(Page.card("deferrals", total.deferrals()));
    cards.append(Page.card("of them blocks", total.blockedDeferrals()));
    cards.append(Page.card("path failures", total.pathFailures()));
    cards.append(Page.card("bounced later", total.returned().bounced()));
    cards.append(Page.card("complaints", total.returned().complaints()));
    cards.append(Page.card("unsubscribed", total.returned().unsubscribes()));
    cards.append(Page.card("feedback pending", report.pending()));
    page.html(cards.append("</div>").toString());
  }

  /** What is not known of the mail that relays took, and of which mail rates say nothing. */
  static void unknown(Page page, Report report, RelayReporting reporting) {
    List<String> sentences = new ArrayList<>();
    for (RelayShare share : report.relays()) {
      sentences.add(
          "Relayed: "
              + Figures.number(share.relayed())
              + ". "
              + reporting.of(share.relay()).words(share.relay()));
    }
    sentences.addAll(report.leftOut());
    if (!sentences.isEmpty()) {
      page.sentences(sentences);
    }
  }

  /** Results and rates over time, and bounces by category. */
  static void results(Page page, Report report) {
    page.section("By time")
        .figure(TimePlot.svg(report.intervals()), TimePlot.figures(report.intervals()))
        .legend(
            List.of(
                "ok", "accepted", "bad", "bounced", "later", "deferrals", "path", "path failures"));
    List<Interval> points = RatePlot.points(report.intervals());
    page.section("Rates by time")
        .figure(RatePlot.svg(points), RatePlot.figures(points))
        .legend(List.of("bad", "hard bounce rate", "block", "block rate (band: 95 %)"));
    List<String> kinds = IspBars.categories(report.isps());
    List<String> legend = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      legend.add(IspBars.categoryClass(i));
      legend.add(kinds.get(i));
    }
    page.section("Bounces by ISP and category")
        .figure(IspBars.bounces(report.isps(), kinds), IspBars.bounceFigures(report.isps(), kinds))
        .legend(legend);
  }

  private static void tables(Page page, Report report) {
    page.section("Counts by ISP, route and port").table(ReportTables.counts(report));
    page.section("Rates by ISP, route and port").table(ReportTables.rates(report));
    returned(page, report);
  }

  /** What came back, and the words of refusals. */
  static void returned(Page page, Report report) {
    if (!report.cohorts().isEmpty()) {
      page.section("What came back, by time of sending")
          .table(ReportTables.cohorts(report.cohorts()));
    }
    if (!report.topReplies().isEmpty()) {
      page.section("Top replies").table(ReportTables.replies(report.topReplies()));
    }
  }

  /** A plot whose figures are in a table of the page. */
  static String wide(String svg) {
    return "<figure><div class=wide tabindex=0 role=region aria-label=Plot>"
        + svg
        + "</div></figure>";
  }
}
