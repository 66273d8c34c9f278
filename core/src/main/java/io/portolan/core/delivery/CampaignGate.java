package io.portolan.core.delivery;

/**
 * Says whether a campaign may send at this moment. Thread-safe and quick enough for every message.
 */
@FunctionalInterface
public interface CampaignGate {
  boolean isOpen(long campaignId);

  /** Whether a guardrail holds a campaign's mail to an ISP until a person decides. */
  default boolean isHeld(long campaignId, String isp) {
    return false;
  }
}
