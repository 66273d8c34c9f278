package io.portolan.api.application;

import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.scheduler.CampaignGatePoller;
import io.portolan.scheduler.CampaignScheduler;
import java.util.function.LongConsumer;

/**
 * Acts on alarms of guardrails: closes this node's gates at once, pauses a campaign that is stopped
 * as a whole, and has people told. Thread-safe.
 */
record Holding(HoldStore holds, CampaignGatePoller gate, CampaignScheduler scheduler, HoldNews news)
    implements LongConsumer {
  @Override
  public void accept(long campaignId) {
    gate.refresh();
    // not on the thread that records results, which pausing waits for
    Thread.ofVirtual().name("guardrail").start(() -> follow(campaignId));
  }

  /** What fails is done by the chores that look for it. */
  private void follow(long campaignId) {
    if (holds.open(campaignId).stream().anyMatch(Hold::isOfCampaign)) {
      scheduler.pauseHeld(campaignId);
    }
    news.tell();
  }
}
