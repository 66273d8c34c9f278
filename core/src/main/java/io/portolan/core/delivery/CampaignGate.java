package io.portolan.core.delivery;

/**
 * Says whether a campaign may send at this moment. Thread-safe and quick enough for every message.
 */
@FunctionalInterface
public interface CampaignGate {
  boolean isOpen(long campaignId);
}
