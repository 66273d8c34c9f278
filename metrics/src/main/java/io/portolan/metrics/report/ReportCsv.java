package io.portolan.metrics.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.portolan.metrics.report.Report.AcceptTimes;
import io.portolan.metrics.report.Report.IspReport;
import io.portolan.metrics.report.Report.PathReport;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/** Writes a report as CSV (RFC 4180): a row for each ISP and path, and one for each ISP in all. */
public final class ReportCsv {
  private ReportCsv() {}

  public static String write(Report report) {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(out)) {
      csv.writeRecord(
          "isp",
          "platform",
          "route",
          "port",
          "tls",
          "recipients",
          "accepted",
          "hard_bounced",
          "soft_bounced",
          "blocked",
          "deferrals",
          "path_failures",
          "expired",
          "suppressed",
          "cancelled",
          "hard_bounce_rate",
          "hard_bounce_low",
          "hard_bounce_high",
          "block_rate",
          "deferral_rate",
          "accept_median_ms",
          "accept_p95_ms");
      for (IspReport isp : report.isps()) {
        csv.writeRecord(
            row(
                isp,
                "all",
                "",
                "",
                Long.toString(isp.recipients()),
                isp.total(),
                isp.acceptTimes()));
        for (PathReport path : isp.paths()) {
          csv.writeRecord(
              row(
                  isp,
                  path.route(),
                  Integer.toString(path.port()),
                  path.tls(),
                  "",
                  path.counts(),
                  path.acceptTimes()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static String[] row(
      IspReport isp,
      String route,
      String port,
      String tls,
      String recipients,
      Counts counts,
      AcceptTimes times) {
    Rate hard = counts.hardBounceRate();
    return new String[] {
      isp.isp(),
      isp.platform(),
      route,
      port,
      tls,
      recipients,
      Long.toString(counts.accepted()),
      Long.toString(counts.hardBounced()),
      Long.toString(counts.softBounced()),
      Long.toString(counts.blocked()),
      Long.toString(counts.deferrals()),
      Long.toString(counts.pathFailures()),
      Long.toString(counts.expired()),
      Long.toString(counts.suppressed()),
      Long.toString(counts.cancelled()),
      share(hard.value()),
      share(hard.low()),
      share(hard.high()),
      share(counts.blockRate().value()),
      share(counts.deferralRate().value()),
      millis(times.medianMillis()),
      millis(times.p95Millis())
    };
  }

  private static String share(double share) {
    return String.format(Locale.ROOT, "%.5f", share);
  }

  private static String millis(Optional<Long> millis) {
    return millis.map(String::valueOf).orElse("");
  }
}
