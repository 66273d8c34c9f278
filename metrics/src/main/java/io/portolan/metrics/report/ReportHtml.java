package io.portolan.metrics.report;

import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes a report as one HTML page that needs nothing else: no script, no font, no image from
 * elsewhere.
 */
public final class ReportHtml {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <title>{title}</title><link rel="icon" href="data:,">
      <style>
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c2733;background:#fff}
      h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p.note{color:#5a6b7b;margin:.2rem 0 1rem}
      table{border-collapse:collapse;width:100%}th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid #e3e9ee}
      th{font-weight:600;color:#44525f;border-bottom:2px solid #c8d2da}th.t,td.t{text-align:left}tr.path td{color:#44525f;background:#fafcfd}
      tr.path td.t:first-child{padding-left:1.6rem}.cards{display:flex;flex-wrap:wrap;gap:.7rem}.card{border:1px solid #dbe3ea;border-radius:.5rem;padding:.6rem .9rem;min-width:7rem}
      .card b{display:block;font-size:1.35rem}.card span{color:#5a6b7b}small{color:#5a6b7b}code{font-size:.9em;word-break:break-word}
      .ok{fill:#2f7d5b}.okp{fill:#a8cdbb}.bad{fill:#b3423a}.soft{fill:#e08a5b}.block{fill:#7a1f4b}.later{fill:#d39b2d}.path{fill:#6a5acd}.gone{fill:#8a97a3}
      .legend span{margin-right:1.2rem}.wide{overflow-x:auto}tr.total td{border-top:2px solid #c8d2da}
      svg text{font:11px system-ui,sans-serif;fill:#5a6b7b}
      @media (prefers-color-scheme:dark){body{background:#11181f;color:#dbe4ec}th,td{border-color:#27323c}tr.path td{background:#151e26;color:#a9b8c5}.card{border-color:#2b3843}}
      </style></head><body>
      """;

  private static final String PATH = "path";
  private static final String[] COUNTS = {
    "recipients",
    "accepted",
    "hard",
    "soft",
    "blocked",
    "deferrals",
    "blocks of these",
    "path failures",
    "not sent",
    "expired",
    "blocked of these",
    "suppressed",
    "cancelled"
  };

  private final StringBuilder out = new StringBuilder(16_384);

  private ReportHtml() {}

  public static String write(Report report) {
    ReportHtml page = new ReportHtml();
    page.out.append(HEAD.replace("{title}", escape(report.title())));
    page.summary(report);
    page.plots(report);
    page.isps(report);
    page.replies(report);
    page.definitions();
    return page.out.append("</body></html>\n").toString();
  }

  private void summary(Report report) {
    Counts total = report.total();
    out.append("<h1>").append(escape(report.title())).append("</h1><p class=note>");
    if (report.from().isPresent() && report.until().isPresent()) {
      out.append(TIME.format(report.from().get()))
          .append(" to ")
          .append(TIME.format(report.until().get()))
          .append(". ");
    }
    out.append("As of ").append(TIME.format(report.generatedAt())).append(".</p><div class=cards>");
    if (report.recipients() > 0) {
      card("recipients", report.recipients());
      card("waiting", report.waiting());
    }
    card("accepted", total.accepted());
    card("bounced hard", total.hardBounced());
    card("bounced soft", total.softBounced());
    card("blocked", total.blocked());
    card("not sent", total.notSent());
    card("expired", total.expired());
    card("of them blocked", total.expiredBlocked());
    card("suppressed", total.suppressed());
    card("cancelled", total.cancelled());
    card("deferrals", total.deferrals());
    card("of them blocks", total.blockedDeferrals());
    card("path failures", total.pathFailures());
    card("bounced later", total.returned().bounced());
    card("complaints", total.returned().complaints());
    card("unsubscribed", total.returned().unsubscribes());
    card("feedback pending", report.pending());
    if (total.marks().byRelay() > 0) {
      card("at a relay, unconfirmed", total.unconfirmed());
    }
    out.append("</div>");
  }

  private void card(String label, long count) {
    out.append("<div class=card><b>")
        .append(Figures.number(count))
        .append("</b><span>")
        .append(label)
        .append("</span></div>");
  }

  private void plots(Report report) {
    out.append("<h2>By time</h2>").append(TimePlot.svg(report.intervals()));
    legend("ok", "accepted", "bad", "bounced", "later", "deferrals", "path", "path failures");
    out.append("<h2>How deliveries ended, by ISP</h2>").append(IspPlots.endings(report.isps()));
    legend(
        "ok",
        "accepted",
        "bad",
        "hard bounces",
        "soft",
        "soft bounces",
        "block",
        "blocked",
        "gone",
        "expired or not sent");
    out.append("<h2>Time to accept, by ISP</h2>").append(IspPlots.acceptTimes(report.isps()));
    legend("ok", "up to the median", "okp", "up to p95");
  }

  /**
   * @param pairs of class and label
   */
  private void legend(String... pairs) {
    out.append("<p class=legend>");
    for (int i = 0; i < pairs.length; i += 2) {
      out.append("<span><svg width=13 height=13><rect class=")
          .append(pairs[i])
          .append(" width=13 height=13 /></svg> ")
          .append(pairs[i + 1])
          .append("</span>");
    }
    out.append("</p>");
  }

  private void isps(Report report) {
    out.append(
        "<h2>By ISP, route and port</h2><div class=wide><table id=isps><thead><tr><th class=t>ISP, path<th class=t>TLS");
    for (String title : COUNTS) {
      out.append("<th>").append(title);
    }
    for (RateKind kind : RateKind.values()) {
      out.append("<th>").append(kind.title());
    }
    out.append("<th>median<th>p95</tr></thead><tbody>");
    for (IspReport isp : report.isps()) {
      row(
          "isp",
          "<b>" + escape(isp.isp()) + "</b>" + platform(isp),
          "",
          Figures.number(isp.recipients()),
          isp.total(),
          isp.acceptTimes());
      for (PathReport path : isp.paths()) {
        row(
            PATH,
            escape(path.route()) + ":" + path.port(),
            escape(path.tls()),
            "",
            path.counts(),
            path.acceptTimes());
      }
    }
    row(
        "total",
        "<b>all</b>",
        "",
        report.recipients() > 0 ? Figures.number(report.recipients()) : "",
        report.total(),
        report.acceptTimes());
    out.append("</tbody></table></div>");
  }

  private static String platform(IspReport isp) {
    return isp.isp().equals(isp.platform())
        ? ""
        : " <small>on " + escape(isp.platform()) + "</small>";
  }

  private void row(
      String kind, String name, String tls, String recipients, Counts counts, AcceptTimes times) {
    out.append("<tr class=")
        .append(kind)
        .append("><td class=t>")
        .append(name)
        .append("<td class=t>")
        .append(tls);
    out.append("<td>").append(recipients);
    for (long count : counts.byPath()) {
      out.append("<td>").append(Figures.number(count));
    }
    for (long count : counts.ofNoPath()) {
      out.append("<td>").append(kind.equals(PATH) ? "" : Figures.number(count));
    }
    for (RateKind rate : RateKind.values()) {
      out.append("<td>").append(rate(rate.of(counts)));
    }
    out.append("<td>")
        .append(Figures.millis(times.medianMillis()))
        .append("<td>")
        .append(Figures.millis(times.p95Millis()))
        .append("</tr>\n");
  }

  private void replies(Report report) {
    if (report.topReplies().isEmpty()) {
      return;
    }
    out.append(
        "<h2>Top replies</h2><div class=wide><table id=replies><thead><tr><th>count<th class=t>ISP<th class=t>reply<th class=t>category<th class=t>outcome</tr></thead><tbody>");
    for (TopReply reply : report.topReplies()) {
      out.append("<tr><td>")
          .append(Figures.number(reply.count()))
          .append("<td class=t>")
          .append(escape(reply.isp()))
          .append("<td class=t><code>")
          .append(reply.code())
          .append(' ')
          .append(escape(reply.enhanced()))
          .append(' ')
          .append(escape(reply.sample()))
          .append("</code><td class=t>")
          .append(escape(reply.category()))
          .append("<td class=t>")
          .append(escape(reply.outcome()))
          .append("</tr>\n");
    }
    out.append("</tbody></table></div>");
  }

  private void definitions() {
    out.append(
        """
        <h2>What is counted</h2>
        <p class=note>Accepted: the next hop took responsibility; no proof of arrival in a mailbox. Hard and soft bounces and blocks: refused
        for good by the peer; a block is for the reputation of the sending address. Their rates are shares of accepted + hard + soft + blocked,
        which is what a peer decided for good. Deferrals are attempts answered for now, some of them blocks; one recipient may be deferred several
        times. The deferral rate is the share of them in all attempts: what was decided for good + deferrals. The reputation rate is the share
        of blocks, for now or for good, in all attempts. Path failures are connections that could not be opened or broke before the end of data:
        nothing was offered to a recipient. Not sent: no attempt was made, because the message could not be composed or the domain is not there.
        Expired: deferred or held until the lifetime ran out, some of them for a block. Path failures, not sent, expired, suppressed and
        cancelled are in no bounce rate. What came back after acceptance counts in the bounce and block rates, at the time of sending; complaints are
        shares of what ISPs with a feedback loop accepted. In brackets: the interval at 95 %. Median and p95: time from the first attempt to acceptance, to
        within an eighth.</p>
        """);
  }

  private static String rate(Rate rate) {
    return rate.of() == 0
        ? "<small>none</small>"
        : Figures.share(rate.value(), rate.low(), rate.high()).replace("[", "<small>[")
            + " of "
            + Figures.number(rate.of())
            + "</small>";
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
