package io.portolan.metrics.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.core.csv.SafeText;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.Cohort;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import io.portolan.metrics.report.Report.TopReply;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a report as CSV (RFC 4180). The rows are those of the page: one for each path, one for
 * each ISP, whose route is "all", and one for everything, whose ISP is "all", too. A path's row
 * leaves empty what is of no path. The funnel and top replies are documents of their own.
 */
public final class ReportCsv {
  private static final List<String> BEFORE_RATES =
      List.of(
          "isp",
          "platform",
          "route",
          "port",
          "tls",
          "recipients",
          "accepted",
          "relayed",
          "hard_bounced",
          "soft_bounced",
          "blocked",
          "deferrals",
          "blocked_deferrals",
          "path_failures",
          "not_sent",
          "expired",
          "expired_blocked",
          "suppressed",
          "cancelled");

  private static final List<String> AFTER_RATES =
      List.of(
          "late_bounced",
          "complaints",
          "unsubscribes",
          "accepted_by_relay",
          "not_in_bounce_rates",
          "not_in_complaint_rate",
          "accept_median_ms",
          "accept_p95_ms");

  private ReportCsv() {}

  /** The rows by ISP and path, and the total. */
  public static String write(Report report) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord(header());
      for (IspReport isp : report.isps()) {
        csv.writeRecord(
            row(
                List.of(isp.isp(), isp.platform(), "all", "", ""),
                Optional.of(isp.recipients()),
                isp.total(),
                isp.acceptTimes()));
        for (PathReport path : isp.paths()) {
          csv.writeRecord(
              row(
                  List.of(
                      isp.isp(),
                      isp.platform(),
                      path.route(),
                      Integer.toString(path.port()),
                      path.tls()),
                  Optional.empty(),
                  path.counts(),
                  path.acceptTimes()));
        }
      }
      csv.writeRecord(
          row(
              List.of("all", "all", "all", "", ""),
              Optional.of(report.recipients()),
              report.total(),
              report.acceptTimes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** The groups of a breakdown, each with its rates; shares of categories are left out. */
  public static String write(Breakdown breakdown) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      List<String> header = new ArrayList<>();
      breakdown.by().forEach(dimension -> header.add(dimension.id()));
      header.add("accepted");
      header.add("relayed");
      addRateColumns(header);
      header.addAll(List.of("not_in_bounce_rates", "not_in_complaint_rate"));
      header.addAll(List.of("accept_p50_ms", "accept_p75_ms", "accept_p95_ms", "accept_p99_ms"));
      csv.writeRecord(header);
      for (Breakdown.Group group : breakdown.groups()) {
        List<String> row = new ArrayList<>();
        group.key().values().forEach(value -> row.add(harmless(value)));
        row.add(Long.toString(group.counts().accepted()));
        row.add(Long.toString(group.counts().relayed()));
        addRates(row, group.counts());
        addLeftOut(row, group.counts());
        for (Optional<Long> millis :
            List.of(
                group.acceptTimes().p50(),
                group.acceptTimes().p75(),
                group.acceptTimes().p95(),
                group.acceptTimes().p99())) {
          row.add(millis.map(String::valueOf).orElse(""));
        }
        csv.writeRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** The rows by port and route; a column for each kind of path failure that there was. */
  public static String write(PortReport report) {
    Set<String> kinds = new TreeSet<>();
    report.ports().forEach(row -> kinds.addAll(row.group().pathFailures().keySet()));
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      List<String> header = new ArrayList<>(List.of("port", "route", "attempts", "accepted"));
      header.addAll(
          List.of("path_failures", "path_failure_rate", "path_failure_low", "path_failure_high"));
      header.addAll(List.of("accept_p50_ms", "accept_p95_ms"));
      kinds.forEach(kind -> header.add("failed_" + kind.replace('-', '_')));
      csv.writeRecord(header);
      for (PortReport.Row port : report.ports()) {
        Counts counts = port.group().counts();
        Rate rate = RateKind.PATH_FAILURE.of(counts);
        List<String> row = new ArrayList<>();
        row.add(Integer.toString(port.port()));
        row.add(harmless(port.route()));
        row.add(Long.toString(counts.attempts()));
        row.add(Long.toString(counts.accepted()));
        row.add(Long.toString(counts.pathFailures()));
        row.add(share(rate.value()));
        row.add(share(rate.low()));
        row.add(share(rate.high()));
        row.add(port.group().acceptTimes().p50().map(String::valueOf).orElse(""));
        row.add(port.group().acceptTimes().p95().map(String::valueOf).orElse(""));
        kinds.forEach(
            kind -> row.add(Long.toString(port.group().pathFailures().getOrDefault(kind, 0L))));
        csv.writeRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** What became of the planned: the whole, and the parts that add up to it. */
  public static String writeFunnel(Report report) {
    Funnel funnel = report.funnel();
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord("step", "messages", "share");
      csv.writeRecord("planned", Long.toString(funnel.planned()), "");
      for (Funnel.Part part : funnel.parts()) {
        csv.writeRecord(
            part.name().replace(' ', '_'),
            Long.toString(part.count()),
            funnel.planned() == 0 ? "" : share((double) part.count() / funnel.planned()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** What came back, by hour or day of sending. */
  public static String writeCohorts(Report report) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord(
          "start", "hours", "accepted", "late_bounced", "complaints", "unsubscribes", "pending");
      for (Cohort cohort : report.cohorts()) {
        csv.writeRecord(
            cohort.start().toString(),
            Integer.toString(cohort.hours()),
            Long.toString(cohort.accepted()),
            Long.toString(cohort.lateBounces()),
            Long.toString(cohort.complaints()),
            Long.toString(cohort.unsubscribes()),
            Long.toString(cohort.pending()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  /** The top replies. */
  public static String writeReplies(Report report) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord("count", "isp", "code", "enhanced", "category", "outcome", "sample");
      for (TopReply reply : report.topReplies()) {
        csv.writeRecord(
            Long.toString(reply.count()),
            reply.isp(),
            Integer.toString(reply.code()),
            reply.enhanced(),
            reply.category(),
            reply.outcome(),
            harmless(reply.sample()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static List<String> header() {
    List<String> header = new ArrayList<>(BEFORE_RATES);
    addRateColumns(header);
    header.addAll(AFTER_RATES);
    return header;
  }

  /**
   * @param recipients empty in the row of a path, which also leaves out what is of no path
   */
  private static List<String> row(
      List<String> key, Optional<Long> recipients, Counts counts, AcceptTimes times) {
    List<String> row = new ArrayList<>(key);
    row.add(recipients.map(String::valueOf).orElse(""));
    for (long count : counts.byPath()) {
      row.add(Long.toString(count));
    }
    for (long count : counts.ofNoPath()) {
      row.add(recipients.isPresent() ? Long.toString(count) : "");
    }
    addRates(row, counts);
    row.add(Long.toString(counts.returned().bounced()));
    row.add(Long.toString(counts.returned().complaints()));
    row.add(Long.toString(counts.returned().unsubscribes()));
    row.add(Long.toString(counts.marks().byRelay()));
    addLeftOut(row, counts);
    row.add(times.medianMillis().map(String::valueOf).orElse(""));
    row.add(times.p95Millis().map(String::valueOf).orElse(""));
    return row;
  }

  private static void addRateColumns(List<String> header) {
    for (RateKind kind : RateKind.values()) {
      header.add(kind.column() + "_rate");
      header.add(kind.column() + "_of");
      header.add(kind.column() + "_low");
      header.add(kind.column() + "_high");
    }
  }

  private static void addRates(List<String> row, Counts counts) {
    for (RateKind kind : RateKind.values()) {
      Rate rate = kind.of(counts);
      row.add(rate.of() == 0 ? "" : share(rate.value()));
      row.add(Long.toString(rate.of()));
      row.add(share(rate.low()));
      row.add(share(rate.high()));
    }
  }

  private static void addLeftOut(List<String> row, Counts counts) {
    row.add(Long.toString(counts.unseen()));
    row.add(Long.toString(counts.returned().acceptedUnproven()));
  }

  /** A share as a decimal fraction. */
  public static String share(double share) {
    return String.format(Locale.ROOT, "%.5f", share);
  }

  /** A peer's words so that no spreadsheet takes them for a formula. */
  public static String harmless(String text) {
    return SafeText.written(text);
  }
}
