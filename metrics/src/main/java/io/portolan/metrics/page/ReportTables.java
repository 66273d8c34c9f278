package io.portolan.metrics.page;

import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.Cohort;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The tables of a report: counts and rates by ISP and path, top replies, and what came back. */
final class ReportTables {
  private static final String PATH = "path";
  private static final List<String> COUNTS =
      List.of(
          "ISP, path",
          "TLS",
          "recipients",
          "accepted",
          "relayed of these",
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
          "cancelled",
          "median",
          "p95");

  private ReportTables() {}

  /** What a row is of. */
  private record Name(String kind, String name, String tls, String recipients) {}

  /** A table that makes a row of each ISP, path and the total. */
  private interface Rows {
    void add(Name name, Counts counts, AcceptTimes times);
  }

  static HtmlTable counts(Report report) {
    HtmlTable table = new HtmlTable("Counts by ISP, route and port", "isps", 2, COUNTS);
    rows(
        report,
        (name, counts, times) -> {
          List<String> cells = new ArrayList<>(List.of(name.name(), name.tls()));
          cells.add(name.recipients());
          for (long count : counts.byPath()) {
            cells.add(Figures.number(count));
          }
          for (long count : counts.ofNoPath()) {
            cells.add(name.kind().equals(PATH) ? "" : Figures.number(count));
          }
          cells.add(Figures.millis(times.medianMillis()));
          cells.add(Figures.millis(times.p95Millis()));
          table.row(name.kind(), cells);
        });
    return table;
  }

  static HtmlTable rates(Report report) {
    List<String> headings = new ArrayList<>(List.of("ISP, path", "TLS"));
    headings.addAll(rateTitles());
    HtmlTable table = new HtmlTable("Rates by ISP, route and port", "rates", 2, headings);
    rows(
        report,
        (name, counts, _) -> {
          List<String> cells = new ArrayList<>(List.of(name.name(), name.tls()));
          cells.addAll(rateCells(counts));
          table.row(name.kind(), cells);
        });
    return table;
  }

  static List<String> rateTitles() {
    List<String> titles = new ArrayList<>();
    for (RateKind kind : RateKind.values()) {
      titles.add(kind.title());
    }
    return titles;
  }

  static List<String> rateCells(Counts counts) {
    List<String> cells = new ArrayList<>();
    for (RateKind kind : RateKind.values()) {
      cells.add(Page.rate(kind.of(counts)));
    }
    return cells;
  }

  private static void rows(Report report, Rows rows) {
    for (IspReport isp : report.isps()) {
      rows.add(
          new Name(
              "isp",
              "<b>" + Page.escape(isp.isp()) + "</b>" + platform(isp),
              "",
              Figures.number(isp.recipients())),
          isp.total(),
          isp.acceptTimes());
      for (PathReport path : isp.paths()) {
        rows.add(
            new Name(
                PATH, Page.escape(path.route()) + ":" + path.port(), Page.escape(path.tls()), ""),
            path.counts(),
            path.acceptTimes());
      }
    }
    rows.add(
        new Name(
            "total",
            "<b>all</b>",
            "",
            report.recipients() > 0 ? Figures.number(report.recipients()) : ""),
        report.total(),
        report.acceptTimes());
  }

  private static String platform(IspReport isp) {
    return isp.isp().equals(isp.platform())
        ? ""
        : " <small>on " + Page.escape(isp.platform()) + "</small>";
  }

  static HtmlTable replies(List<TopReply> replies) {
    HtmlTable table =
        new HtmlTable(
            "Top replies", "replies", 4, List.of("ISP", "reply", "category", "outcome", "count"));
    for (TopReply reply : replies) {
      table.row(
          "",
          List.of(
              Page.escape(reply.isp()),
              "<code>"
                  + reply.code()
                  + ' '
                  + Page.escape(reply.enhanced())
                  + ' '
                  + Page.escape(reply.sample())
                  + "</code>",
              Page.escape(reply.category()),
              Page.escape(reply.outcome()),
              Figures.number(reply.count())));
    }
    return table;
  }

  static HtmlTable cohorts(List<Cohort> cohorts) {
    HtmlTable table =
        new HtmlTable(
            "What came back, by time of sending",
            "cohorts",
            1,
            List.of("sent", "accepted", "bounced later", "complaints", "unsubscribed", "pending"));
    for (Cohort cohort : cohorts) {
      table.row(
          "",
          List.of(
              cohort.hours() == 1
                  ? Page.time(cohort.start())
                  : LocalDate.ofInstant(cohort.start(), ZoneOffset.UTC).toString(),
              Figures.number(cohort.accepted()),
              Figures.number(cohort.lateBounces()),
              Figures.number(cohort.complaints()),
              Figures.number(cohort.unsubscribes()),
              Figures.number(cohort.pending())));
    }
    return table;
  }
}
