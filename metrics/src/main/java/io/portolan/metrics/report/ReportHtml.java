package io.portolan.metrics.report;

import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

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
      <title>{title}</title>
      <style>
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c2733;background:#fff}
      h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p.note{color:#5a6b7b;margin:.2rem 0 1rem}
      table{border-collapse:collapse;width:100%}th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid #e3e9ee}
      th{font-weight:600;color:#44525f;border-bottom:2px solid #c8d2da}th.t,td.t{text-align:left}tr.path td{color:#44525f;background:#fafcfd}
      tr.path td.t:first-child{padding-left:1.6rem}.cards{display:flex;flex-wrap:wrap;gap:.7rem}.card{border:1px solid #dbe3ea;border-radius:.5rem;padding:.6rem .9rem;min-width:7rem}
      .card b{display:block;font-size:1.35rem}.card span{color:#5a6b7b}small{color:#5a6b7b}code{font-size:.9em;word-break:break-word}
      .ok{fill:#2f7d5b}.bad{fill:#b3423a}.later{fill:#d39b2d}.path{fill:#6a5acd}.legend span{margin-right:1.2rem}.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;border-radius:.15rem}
      svg text{font:11px system-ui,sans-serif;fill:#5a6b7b}
      @media (prefers-color-scheme:dark){body{background:#11181f;color:#dbe4ec}th,td{border-color:#27323c}tr.path td{background:#151e26;color:#a9b8c5}.card{border-color:#2b3843}}
      </style></head><body>
      """;

  private final StringBuilder out = new StringBuilder(16_384);

  private ReportHtml() {}

  public static String write(Report report) {
    ReportHtml page = new ReportHtml();
    page.out.append(HEAD.replace("{title}", escape(report.title())));
    page.summary(report);
    page.plot(report);
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
    card("expired", total.expired());
    card("suppressed", total.suppressed());
    card("cancelled", total.cancelled());
    card("deferrals", total.deferrals());
    card("path failures", total.pathFailures());
    out.append("</div>");
  }

  private void card(String label, long count) {
    out.append("<div class=card><b>")
        .append(number(count))
        .append("</b><span>")
        .append(label)
        .append("</span></div>");
  }

  private void plot(Report report) {
    out.append("<h2>By minute</h2>");
    out.append(MinutePlot.svg(report.minutes()));
    out.append(
        "<p class=legend><span><i style=\"background:#2f7d5b\"></i>accepted</span><span><i style=\"background:#b3423a\"></i>bounced</span>"
            + "<span><i style=\"background:#d39b2d\"></i>deferrals</span><span><i style=\"background:#6a5acd\"></i>path failures</span></p>");
  }

  private void isps(Report report) {
    out.append(
            "<h2>By ISP, route and port</h2><table id=isps><thead><tr><th class=t>ISP, path<th class=t>TLS<th>recipients<th>accepted")
        .append(
            "<th>hard<th>soft<th>blocked<th>deferrals<th>path failures<th>expired<th>hard bounce rate<th>block rate<th>median<th>p95</tr></thead><tbody>");
    for (IspReport isp : report.isps()) {
      row(
          "isp",
          "<b>" + escape(isp.isp()) + "</b>" + platform(isp),
          "",
          number(isp.recipients()),
          isp.total(),
          isp.acceptTimes());
      for (PathReport path : isp.paths()) {
        row(
            "path",
            escape(path.route()) + ":" + path.port(),
            escape(path.tls()),
            "",
            path.counts(),
            path.acceptTimes());
      }
    }
    out.append("</tbody></table>");
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
    for (String cell :
        new String[] {
          recipients,
          number(counts.accepted()),
          number(counts.hardBounced()),
          number(counts.softBounced()),
          number(counts.blocked()),
          number(counts.deferrals()),
          number(counts.pathFailures()),
          kind.equals("path") ? "" : number(counts.expired()),
          rate(counts.hardBounceRate()),
          rate(counts.blockRate()),
          millis(times.medianMillis()),
          millis(times.p95Millis())
        }) {
      out.append("<td>").append(cell);
    }
    out.append("</tr>\n");
  }

  private void replies(Report report) {
    if (report.topReplies().isEmpty()) {
      return;
    }
    out.append(
        "<h2>Top replies</h2><table id=replies><thead><tr><th>count<th class=t>ISP<th class=t>reply<th class=t>category<th class=t>outcome</tr></thead><tbody>");
    for (TopReply reply : report.topReplies()) {
      out.append("<tr><td>")
          .append(number(reply.count()))
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
    out.append("</tbody></table>");
  }

  private void definitions() {
    out.append(
        """
        <h2>What is counted</h2>
        <p class=note>Accepted: the next hop took responsibility; no proof of arrival in a mailbox. Hard and soft bounce rate and block rate are
        shares of accepted + bounced. Deferrals are attempts; one recipient may be deferred several times. Path failures are connections that could
        not be opened or broke before the end of data: nothing was offered to a recipient, and they are in no rate. In brackets: the Wilson interval
        at 95 %. Median and p95: time from the first attempt to acceptance, to within an eighth.</p>
        """);
  }

  private static String rate(Rate rate) {
    if (rate.of() == 0) {
      return "<small>none</small>";
    }
    return String.format(
        Locale.ROOT,
        "%.2f %% <small>[%.2f, %.2f] of %s</small>",
        100 * rate.value(),
        100 * rate.low(),
        100 * rate.high(),
        number(rate.of()));
  }

  private static String millis(Optional<Long> millis) {
    if (millis.isEmpty()) {
      return "";
    }
    long value = millis.get();
    return value < 10_000 ? value + " ms" : String.format(Locale.ROOT, "%.1f s", value / 1000.0);
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
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
