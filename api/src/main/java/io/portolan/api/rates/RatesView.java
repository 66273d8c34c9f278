package io.portolan.api.rates;

import io.portolan.metrics.report.Breakdown;
import io.portolan.metrics.report.Breakdown.Dimension;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.RateKind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A breakdown as the API shows it.
 *
 * @param by the dimensions that were asked for
 * @param leftOut of which mail the rates say nothing, in sentences
 */
public record RatesView(
    Instant from,
    Instant until,
    List<String> by,
    boolean complete,
    List<String> leftOut,
    List<GroupView> groups) {

  /**
   * One combination of values.
   *
   * @param relayed of the accepted, those by a relay that has not said what became of them
   * @param notInBounceRates what peers decided of which nothing, or too little, is known of the ISP
   * @param notInComplaintRate accepted where complaints are not known to come back
   */
  public record GroupView(
      Map<String, String> key,
      Counts counts,
      long relayed,
      long notInBounceRates,
      long notInComplaintRate,
      Map<String, Rate> rates,
      Times acceptTimes,
      List<CategoryShare> categories,
      Map<String, Long> pathFailures) {}

  /** Refusals of a category, and late bounces, of all attempts. */
  public record CategoryShare(String category, Rate rate) {}

  /** Times from the first attempt to acceptance, in milliseconds. */
  public record Times(
      Optional<Long> p50Millis,
      Optional<Long> p75Millis,
      Optional<Long> p95Millis,
      Optional<Long> p99Millis) {}

  /** The view of a breakdown. */
  public static RatesView of(Breakdown breakdown) {
    return new RatesView(
        breakdown.from(),
        breakdown.until(),
        breakdown.by().stream().map(Dimension::id).toList(),
        breakdown.complete(),
        breakdown.leftOut(),
        breakdown.groups().stream().map(RatesView::group).toList());
  }

  private static GroupView group(Breakdown.Group group) {
    Map<String, String> key = new LinkedHashMap<>();
    group.key().forEach((dimension, value) -> key.put(dimension.id(), value));
    Map<String, Rate> rates = new LinkedHashMap<>();
    for (RateKind kind : RateKind.values()) {
      rates.put(kind.property(), kind.of(group.counts()));
    }
    return new GroupView(
        key,
        group.counts(),
        group.counts().relayed(),
        group.counts().unseen(),
        group.counts().returned().acceptedUnproven(),
        rates,
        new Times(
            group.acceptTimes().p50(),
            group.acceptTimes().p75(),
            group.acceptTimes().p95(),
            group.acceptTimes().p99()),
        group.categories().entrySet().stream()
            .map(each -> new CategoryShare(each.getKey(), each.getValue()))
            .toList(),
        group.pathFailures());
  }
}
