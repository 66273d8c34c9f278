package io.portolan.api.reports;

import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.metrics.report.PortReport;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How ports did, as the API shows it. */
public record PortReportView(
    Optional<Instant> from,
    Optional<Instant> until,
    List<PortView> ports,
    List<IspPort> isps,
    List<Verdict> verdicts,
    List<Change> changes) {

  /** One port of one route. */
  record PortView(
      int port,
      String route,
      long attempts,
      long accepted,
      long pathFailures,
      Rate pathFailureRate,
      Map<String, Long> failuresByKind,
      Optional<Long> medianMillis,
      Optional<Long> p95Millis) {}

  /** One path to one ISP. */
  record IspPort(
      String isp, String route, int port, String tls, long attempts, Rate pathFailureRate) {}

  /** What is known of a port now. */
  record Verdict(int port, String verdict, Instant since, String words) {
    private static Verdict of(StoredVerdict stored) {
      return new Verdict(stored.port(), stored.verdict(), stored.since(), stored.words());
    }
  }

  /** A verdict that changed. */
  record Change(Instant at, int port, String from, String to, String words) {
    private static Change of(VerdictChange change) {
      return new Change(change.at(), change.port(), change.from(), change.to(), change.words());
    }
  }

  public static PortReportView of(PortReport report) {
    return new PortReportView(
        report.report().from(),
        report.report().until(),
        report.ports().stream().map(PortReportView::port).toList(),
        report.report().isps().stream()
            .flatMap(
                isp ->
                    isp.paths().stream()
                        .map(
                            path ->
                                new IspPort(
                                    isp.isp(),
                                    path.route(),
                                    path.port(),
                                    path.tls(),
                                    path.counts().attempts(),
                                    RateKind.PATH_FAILURE.of(path.counts()))))
            .toList(),
        report.verdicts().stream().map(Verdict::of).toList(),
        report.changes().stream().map(Change::of).toList());
  }

  private static PortView port(PortReport.Row row) {
    return new PortView(
        row.port(),
        row.route(),
        row.group().counts().attempts(),
        row.group().counts().accepted(),
        row.group().counts().pathFailures(),
        RateKind.PATH_FAILURE.of(row.group().counts()),
        row.group().pathFailures(),
        row.group().acceptTimes().p50(),
        row.group().acceptTimes().p95());
  }
}
