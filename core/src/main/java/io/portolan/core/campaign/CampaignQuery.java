package io.portolan.core.campaign;

import java.util.Optional;
import java.util.Set;

/**
 * Which campaigns to show, newest first.
 *
 * @param states any of these; empty for all
 * @param after go on after this id, as the last page said
 * @param limit how many, 1 to 1,000
 */
public record CampaignQuery(Set<CampaignState> states, Optional<Long> after, int limit) {
  public CampaignQuery {
    states = Set.copyOf(states);
    if (limit < 1 || limit > 1_000) {
      throw new IllegalArgumentException("limit is not within 1..1000: " + limit);
    }
  }
}
