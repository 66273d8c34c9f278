package io.portolan.api.reports;

import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Funnel;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A report as the API shows it: counts with the rates that follow from them, each with its
 * denominator.
 *
 * @param relays those that have not said what became of all that they accepted
 * @param leftOut of which mail the rates say nothing, in sentences
 */
public record ReportView(
    String title,
    Instant generatedAt,
    Optional<Instant> from,
    Optional<Instant> until,
    long recipients,
    long waiting,
    Funnel funnel,
    List<RelayedView> relays,
    List<String> leftOut,
    Part total,
    List<IspView> isps,
    List<Report.TopReply> topReplies,
    List<Report.Interval> intervals,
    long pending,
    List<Report.Cohort> cohorts) {

  /**
   * Counts, and the rates that follow from them, each with its numerator and denominator.
   *
   * @param notInBounceRates what peers decided of which nothing, or too little, is known of the ISP
   * @param notInComplaintRate accepted where complaints are not known to come back
   */
  public record Part(
      Counts counts,
      long bounced,
      Rate hardBounceRate,
      Rate softBounceRate,
      Rate blockRate,
      Rate deferralRate,
      Rate reputationRate,
      Rate throttleRate,
      Rate authenticationRate,
      Rate complaintRate,
      Rate unsubscribeRate,
      Rate tlsRate,
      Rate pathFailureRate,
      long relayed,
      long notInBounceRates,
      long notInComplaintRate,
      Report.AcceptTimes acceptTimes) {
    static Part of(Counts counts, Report.AcceptTimes times) {
      return new Part(
          counts,
          counts.bounced(),
          counts.hardBounceRate(),
          counts.softBounceRate(),
          counts.blockRate(),
          counts.deferralRate(),
          counts.reputationRate(),
          RateKind.THROTTLE.of(counts),
          RateKind.AUTHENTICATION.of(counts),
          RateKind.COMPLAINT.of(counts),
          RateKind.UNSUBSCRIBE.of(counts),
          RateKind.TLS.of(counts),
          RateKind.PATH_FAILURE.of(counts),
          counts.relayed(),
          counts.unseen(),
          counts.returned().acceptedUnproven(),
          times);
    }
  }

  /** One path. */
  public record PathView(String route, int port, String tls, Part total) {}

  /** One ISP, its paths in order of use. */
  public record IspView(
      String isp,
      String platform,
      long recipients,
      Part total,
      Map<String, Long> bounces,
      List<PathView> paths) {}

  /** The view of a report. */
  public static ReportView of(Report report, RelayReporting reporting) {
    return new ReportView(
        report.title(),
        report.generatedAt(),
        report.from(),
        report.until(),
        report.recipients(),
        report.waiting(),
        report.funnel(),
        RelayedView.of(report.relays(), reporting),
        report.leftOut(),
        Part.of(report.total(), report.acceptTimes()),
        report.isps().stream().map(ReportView::isp).toList(),
        report.topReplies(),
        report.intervals(),
        report.pending(),
        report.cohorts());
  }

  private static IspView isp(Report.IspReport isp) {
    return new IspView(
        isp.isp(),
        isp.platform(),
        isp.recipients(),
        Part.of(isp.total(), isp.acceptTimes()),
        isp.bounces(),
        isp.paths().stream()
            .map(
                path ->
                    new PathView(
                        path.route(),
                        path.port(),
                        path.tls(),
                        Part.of(path.counts(), path.acceptTimes())))
            .toList());
  }
}
