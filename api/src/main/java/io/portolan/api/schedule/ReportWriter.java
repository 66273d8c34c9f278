package io.portolan.api.schedule;

import io.portolan.api.comparison.ComparisonView;
import io.portolan.api.reports.IspReportView;
import io.portolan.api.reports.PortReportView;
import io.portolan.api.reports.ReportView;
import io.portolan.api.reputation.ReputationView;
import io.portolan.core.database.AtOnce;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.relay.RelayReporting;
import io.portolan.metrics.comparison.Comparer;
import io.portolan.metrics.comparison.Comparison;
import io.portolan.metrics.page.IspPage;
import io.portolan.metrics.page.PortPage;
import io.portolan.metrics.page.ReportPage;
import io.portolan.metrics.page.ReputationPage;
import io.portolan.metrics.report.BreakdownStore;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.IspDetail;
import io.portolan.metrics.report.PortReport;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import io.portolan.metrics.report.Report;
import io.portolan.metrics.report.ReportStore;
import io.portolan.metrics.report.Span;
import io.portolan.metrics.reputation.Reputation;
import io.portolan.metrics.reputation.ReputationReader;
import io.portolan.metrics.schedule.ReportSchedule.Draft;
import io.portolan.metrics.schedule.Topic;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes reports as they are sent: a summary, a page, and a document. Thread-safe; holds no state.
 */
final class ReportWriter {
  private final ReportStore reports;
  private final BreakdownStore breakdowns;
  private final PortVerdictStore verdicts;
  private final ReputationReader reputations;
  private final RelayReporting reporting;

  ReportWriter(
      ReportStore reports,
      BreakdownStore breakdowns,
      PortVerdictStore verdicts,
      ReputationReader reputations,
      RelayReporting reporting) {
    this.reports = reports;
    this.breakdowns = breakdowns;
    this.verdicts = verdicts;
    this.reputations = reputations;
    this.reporting = reporting;
  }

  /**
   * A report.
   *
   * @param comparison with the span before; empty for a campaign
   * @param page HTML
   * @param data the report as the API shows it
   */
  record Written(Report report, Optional<Comparison> comparison, String page, Object data) {
    /** What changed against the span before, in sentences; nothing for a campaign. */
    List<String> changes() {
      return comparison.map(Comparison::sentences).orElse(List.of());
    }

    Optional<ComparisonView> comparisonView() {
      return comparison.map(ComparisonView::of);
    }
  }

  /**
   * Writes a report.
   *
   * @param until the end of its span
   * @throws io.portolan.core.NotFoundException if its campaign is gone
   */
  Written write(Draft draft, Instant until) {
    Topic topic = draft.topic();
    if (topic.kind() == Topic.Kind.CAMPAIGN) {
      Report report = reports.ofCampaign(topic.campaignId());
      return new Written(
          report,
          Optional.empty(),
          ReportPage.write(report, reporting),
          ReportView.of(report, reporting));
    }
    ZoneId zone = draft.recurrence().zone();
    Span span = topic.span(until, zone);
    Span before = topic.span(span.from(), zone);
    return switch (topic.kind()) {
      case ISP ->
          AtOnce.read(
              () -> reports.ofIsp(topic.isp(), before),
              () -> IspDetail.read(reports, breakdowns, topic.isp(), span),
              (earlier, detail) ->
                  compared(
                      earlier,
                      detail.report(),
                      IspPage.write(detail, reporting),
                      IspReportView.of(detail, reporting)));
      case PORTS ->
          AtOnce.read(
              () -> reports.ofSpan(before.from(), before.until()),
              () -> PortReport.read(reports, breakdowns, verdicts, span),
              (earlier, ports) ->
                  compared(
                      earlier, ports.report(), PortPage.write(ports), PortReportView.of(ports)));
      case REPUTATION -> {
        Reputation reputation = reputations.read(Reputation.Filter.ALL, topic.window(), until);
        yield both(
            before,
            span,
            _ -> ReputationPage.write(reputation),
            _ -> ReputationView.of(reputation));
      }
      case ALL, CAMPAIGN ->
          both(
              before,
              span,
              report -> ReportPage.write(report, reporting),
              report -> ReportView.of(report, reporting));
    };
  }

  /** Reads the reports of both spans at once. */
  private Written both(
      Span before, Span span, Function<Report, String> page, Function<Report, Object> data) {
    return AtOnce.read(
        () -> reports.ofSpan(before.from(), before.until()),
        () -> reports.ofSpan(span.from(), span.until()),
        (earlier, report) -> compared(earlier, report, page.apply(report), data.apply(report)));
  }

  private static Written compared(Report before, Report after, String page, Object data) {
    return new Written(after, Optional.of(Comparer.compare(before, after)), page, data);
  }

  /** The summary of a report, in plain text. */
  static String summary(Draft draft, Written written) {
    Report report = written.report();
    StringBuilder text = new StringBuilder();
    line(text, draft.name());
    line(text, report.title() + span(report));
    line(text, "As of " + report.generatedAt() + ".");
    line(text, "");
    line(text, "Accepted: " + Figures.number(report.total().accepted()));
    if (report.total().relayed() > 0) {
      line(
          text,
          "Relayed, of these: "
              + Figures.number(report.total().relayed())
              + "; a relay accepted them, and the ISP's answer is not known");
    }
    for (RateKind kind : RateKind.values()) {
      Rate rate = kind.of(report.total());
      if (rate.of() > 0) {
        line(
            text,
            capital(kind.title())
                + ": "
                + Figures.share(rate.value(), rate.low(), rate.high())
                + ", "
                + Figures.number(rate.count())
                + " of "
                + Figures.number(rate.of()));
      }
    }
    report.leftOut().forEach(sentence -> line(text, sentence));
    if (report.pending() > 0) {
      line(
          text,
          "More may come back about "
              + Figures.number(report.pending())
              + " messages accepted lately.");
    }
    if (written.comparison().isPresent()) {
      line(text, "");
      line(text, "What changed against the " + before(draft.topic()) + ":");
      written.changes().forEach(change -> line(text, "- " + change));
    }
    return text.toString();
  }

  private static String before(Topic topic) {
    return topic.days() == 1 ? "day before" : topic.days() + " days before";
  }

  private static String span(Report report) {
    return report.from().isPresent() && report.until().isPresent()
        ? ", " + report.from().get() + " to " + report.until().get()
        : "";
  }

  private static String capital(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
