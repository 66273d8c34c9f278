package io.portolan.metrics.report;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Rates by whichever dimensions were asked for.
 *
 * @param from start of the span, a whole minute
 * @param until its end, exclusive
 * @param by what was asked for, in the order of the dimensions, as in the keys
 * @param groups those with most accepted first
 * @param complete false when there were more groups than a breakdown shows
 */
public record Breakdown(
    Instant from, Instant until, List<Dimension> by, List<Group> groups, boolean complete) {
  /** What rates can be asked by. */
  public enum Dimension {
    CAMPAIGN,
    ISP,
    PLATFORM,
    ROUTE,
    PORT,
    TLS,
    SOURCE,
    /** The sending domain: that of the campaign's From address. */
    DOMAIN;

    /**
     * Whether it is empty of some mail: of what ended without a path, of the host's own choice of
     * source, or of a campaign that is gone.
     */
    public boolean mayBeEmpty() {
      return this == ROUTE || this == TLS || this == SOURCE || this == DOMAIN;
    }

    /** The dimension of a name that {@link #id} gave. */
    public static Optional<Dimension> of(String id) {
      return Arrays.stream(values()).filter(dimension -> dimension.id().equals(id)).findFirst();
    }

    /** Its name in the API, the same as in tables. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of which mail the rates say nothing, and what to do; nothing where they are of everything. */
  public List<String> leftOut() {
    return LeftOut.words(
        groups.stream().map(Group::counts).reduce(Counts.NONE, Counts::plus),
        groups.stream()
            .filter(group -> group.counts().returned().acceptedUnproven() > 0)
            .flatMap(group -> Optional.ofNullable(group.key().get(Dimension.ISP)).stream())
            .distinct()
            .toList());
  }

  /**
   * One combination of values.
   *
   * @param key the value of each dimension asked for
   * @param categories attempts refused for now or for good, and late bounces, by category, each of
   *     all attempts
   * @param pathFailures paths that could not be opened or broke, by kind
   */
  public record Group(
      Map<Dimension, String> key,
      Counts counts,
      AcceptQuantiles acceptTimes,
      Map<String, Rate> categories,
      Map<String, Long> pathFailures) {}

  /** Time from the first attempt to acceptance, in milliseconds; each empty when none was. */
  public record AcceptQuantiles(
      Optional<Long> p50, Optional<Long> p75, Optional<Long> p95, Optional<Long> p99) {}
}
