package io.portolan.core.progress;

import java.util.Optional;
import java.util.Set;

/**
 * Which deliveries are wanted.
 *
 * @param standings none for all
 * @param inDoubt whether only those are wanted that are in doubt
 * @param address as a whole, in capitals or not
 * @param after where the last page ended, as {@link io.portolan.core.Page#next} gave it
 * @param limit deliveries on the page, at least 1
 */
public record DeliveryQuery(
    Optional<Long> campaignId,
    Set<DeliveryStanding> standings,
    boolean inDoubt,
    Optional<String> isp,
    Optional<String> address,
    Optional<Long> after,
    int limit) {
  public DeliveryQuery {
    standings = Set.copyOf(standings);
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + limit);
    }
  }

  /** The deliveries of a campaign, from the first. */
  public static DeliveryQuery ofCampaign(long campaignId, int limit) {
    return new DeliveryQuery(
        Optional.of(campaignId),
        Set.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        limit);
  }
}
