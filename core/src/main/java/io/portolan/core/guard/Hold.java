package io.portolan.core.guard;

import java.time.Instant;
import java.util.Optional;

/**
 * What a guardrail stopped.
 *
 * @param isp empty for the whole campaign
 * @param domain the sending domain of which all mail was held with it; empty where the campaign was
 *     held for itself
 * @param guard hard-bounce, block or complaint
 * @param trials counted when it was stopped
 * @param hits of the trials, those that the guard is about
 * @param reason in words, with the numbers
 * @param releasedAt when a person let it go on
 * @param releasedBy the name of the API key
 */
public record Hold(
    long campaignId,
    String isp,
    String domain,
    String guard,
    long trials,
    long hits,
    String reason,
    Instant heldAt,
    Optional<Instant> releasedAt,
    String releasedBy,
    String note) {

  /** Whether the whole campaign is held, and not one ISP's mail alone. */
  public boolean isOfCampaign() {
    return isp.isEmpty();
  }
}
