package io.portolan.api.application;

import io.portolan.core.ConflictException;
import io.portolan.core.guard.HoldStore;
import io.portolan.scheduler.CampaignGatePoller;
import io.portolan.scheduler.CampaignScheduler;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on alarms of guardrails: closes this node's gates at once, and pauses a campaign that is
 * stopped as a whole. Thread-safe.
 */
record Holding(HoldStore holds, CampaignGatePoller gate, CampaignScheduler scheduler)
    implements LongConsumer {
  private static final Logger log = LoggerFactory.getLogger(Holding.class);

  @Override
  public void accept(long campaignId) {
    gate.refresh();
    holds
        .open(campaignId)
        .forEach(
            hold -> {
              log.warn("A guardrail holds campaign {}: {}", campaignId, hold.reason());
              if (hold.isp().isEmpty()) {
                // not on the thread that records results, which pausing waits for
                Thread.ofVirtual().name("guardrail").start(() -> pause(campaignId));
              }
            });
  }

  private void pause(long campaignId) {
    try {
      scheduler.pause(campaignId);
    } catch (ConflictException e) {
      log.debug("campaign {} is not running any more", campaignId, e);
    }
  }
}
