package io.portolan.core.matching;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.Source;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which feedback is wanted, newest first.
 *
 * @param kinds none for all
 * @param matched whether a delivery was found for it
 * @param since when it came in at the earliest
 * @param before the id under which the page begins
 * @param limit at least 1
 */
public record FeedbackQuery(
    Set<FeedbackKind> kinds,
    Optional<Long> campaign,
    Optional<Long> delivery,
    Optional<Boolean> matched,
    Optional<Source> source,
    Optional<Instant> since,
    Optional<Long> before,
    int limit) {
  public FeedbackQuery {
    kinds = Set.copyOf(kinds);
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + limit);
    }
  }

  /** What came back about one delivery. */
  public static FeedbackQuery ofDelivery(long deliveryId, int limit) {
    return new FeedbackQuery(
        Set.of(),
        Optional.empty(),
        Optional.of(deliveryId),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        limit);
  }
}
