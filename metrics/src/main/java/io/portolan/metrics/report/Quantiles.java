package io.portolan.metrics.report;

import io.portolan.core.recorder.AcceptTime;
import java.util.Map;
import java.util.Optional;

/** Quantiles of times to acceptance that were counted in buckets. */
record Quantiles(Map<Integer, Long> buckets) {

  /**
   * The lower bound of the bucket in which a quantile lies, in milliseconds; empty when nothing was
   * counted.
   *
   * @param quantile above 0, at most 1
   */
  Optional<Long> at(double quantile) {
    long all = buckets.values().stream().mapToLong(Long::longValue).sum();
    long rank = (long) Math.ceil(quantile * all);
    long seen = 0;
    for (Map.Entry<Integer, Long> bucket :
        buckets.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
      seen += bucket.getValue();
      if (seen >= rank && rank > 0) {
        return Optional.of(AcceptTime.lowerMillis(bucket.getKey()));
      }
    }
    return Optional.empty();
  }
}
