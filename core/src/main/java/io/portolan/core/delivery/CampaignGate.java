package io.portolan.core.delivery;

import java.util.Optional;

/**
 * Says whether a campaign may send at this moment. Thread-safe and quick enough for every message.
 */
@FunctionalInterface
public interface CampaignGate {
  boolean isOpen(long campaignId);

  /** Why a campaign's mail to an ISP is held until a person decides; empty when it is not. */
  default Optional<String> heldBecause(long campaignId, String isp) {
    return Optional.empty();
  }
}
