package io.portolan.api.reputation;

import io.portolan.metrics.comparison.Difference;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Component;
import io.portolan.metrics.reputation.ComponentScore;
import io.portolan.metrics.reputation.Distance;
import io.portolan.metrics.reputation.Reputation;
import io.portolan.metrics.reputation.Score;
import io.portolan.metrics.reputation.Signal;
import io.portolan.metrics.reputation.Threshold;
import io.portolan.metrics.reputation.Threshold.Publication;
import io.portolan.metrics.reputation.Thresholds;
import io.portolan.metrics.reputation.Trend;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reputation report as the API shows it. */
public record ReputationView(
    Instant until,
    String span,
    List<SignalView> signals,
    InForceView inForce,
    List<LimitView> limits,
    List<Interval> days,
    boolean complete) {

  /** One sender at one ISP. */
  record SignalView(
      String isp,
      String platform,
      String route,
      String source,
      String domain,
      String sender,
      OverallView overall,
      List<ComponentView> components,
      List<TrendView> trends,
      Counts counts,
      long relayed) {}

  /** The score as a whole. */
  record OverallView(Optional<Score> score, Optional<String> weakest, String words) {}

  /**
   * One component.
   *
   * @param rate missing where nothing was counted, or it is no rate
   */
  record ComponentView(
      String component,
      String title,
      boolean judged,
      Optional<Score> score,
      Optional<Rate> rate,
      String words) {}

  /** How one rate moved. */
  record TrendView(
      String component,
      String span,
      String direction,
      Optional<Rate> now,
      Optional<Rate> before,
      Optional<Difference> difference,
      String words) {}

  /**
   * Which limits are in force.
   *
   * @param switchedOff ids of shipped ones that the operator switched off
   */
  record InForceView(List<ThresholdView> limits, List<String> switchedOff, String words) {}

  /**
   * One limit in force.
   *
   * @param origin {@code shipped} or {@code operator}
   */
  record ThresholdView(
      String threshold,
      String scope,
      String owner,
      String measure,
      String rule,
      double limit,
      String origin) {}

  /**
   * How far one rate is from a limit in force.
   *
   * @param source missing, as {@code since}, where the limit is the operator's own
   */
  record LimitView(
      String threshold,
      String scope,
      String owner,
      String subject,
      String measure,
      String rule,
      double limit,
      Optional<Rate> rate,
      String verdict,
      String words,
      String origin,
      Optional<String> source,
      Optional<String> since) {}

  /** A report as it is shown. */
  public static ReputationView of(Reputation reputation) {
    return new ReputationView(
        reputation.until(),
        reputation.window().id(),
        reputation.signals().stream().map(ReputationView::signal).toList(),
        inForce(reputation.thresholds()),
        reputation.distances().stream().map(ReputationView::limit).toList(),
        reputation.days(),
        reputation.complete());
  }

  private static SignalView signal(Signal signal) {
    return new SignalView(
        signal.key().isp(),
        signal.key().platform(),
        signal.key().route(),
        signal.key().source(),
        signal.key().domain(),
        signal.key().sender(),
        new OverallView(
            signal.overall().score(),
            signal.overall().weakest().map(Component::id),
            signal.overall().words()),
        signal.components().stream().map(ReputationView::component).toList(),
        signal.trends().stream().map(ReputationView::trend).toList(),
        signal.counts(),
        signal.counts().relayed());
  }

  private static ComponentView component(ComponentScore each) {
    return new ComponentView(
        each.component().id(),
        each.component().title(),
        each.component().isJudged(),
        each.score(),
        known(each.rate()),
        each.words());
  }

  private static TrendView trend(Trend trend) {
    return new TrendView(
        trend.component().id(),
        trend.window().id(),
        trend.direction().id(),
        known(trend.now()),
        known(trend.before()),
        trend.difference(),
        trend.words());
  }

  private static InForceView inForce(Thresholds thresholds) {
    return new InForceView(
        thresholds.all().stream().map(ReputationView::threshold).toList(),
        thresholds.off(),
        thresholds.words());
  }

  private static ThresholdView threshold(Threshold threshold) {
    return new ThresholdView(
        threshold.id(),
        scope(threshold),
        threshold.owner(),
        threshold.measure().id(),
        threshold.rule(),
        threshold.limit(),
        threshold.origin());
  }

  private static String scope(Threshold threshold) {
    return threshold.scope().name().toLowerCase(Locale.ROOT);
  }

  private static LimitView limit(Distance distance) {
    Threshold threshold = distance.threshold();
    return new LimitView(
        threshold.id(),
        scope(threshold),
        threshold.owner(),
        distance.subject(),
        threshold.measure().id(),
        threshold.rule(),
        threshold.limit(),
        known(distance.rate()),
        distance.verdict().id(),
        distance.words(),
        threshold.origin(),
        threshold.publication().map(it -> it.source().toString()),
        threshold.publication().map(Publication::since));
  }

  private static Optional<Rate> known(Rate rate) {
    return Optional.of(rate).filter(it -> it.of() > 0);
  }
}
