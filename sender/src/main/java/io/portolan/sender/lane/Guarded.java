package io.portolan.sender.lane;

import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Trial;
import io.portolan.core.recorder.Recorded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What guardrails mean for a message that is about to be carried. Thread-safe. */
record Guarded(CampaignGate gate, Trial trial) {
  private static final long NAP_MILLIS = 2;

  /**
   * Whether a message is held until a person decides. It is left untouched then: nothing is
   * written, and no claim hands it out until it is let go on.
   */
  boolean holds(ClaimedBatch batch, ClaimedDelivery delivery) {
    return gate.isHeld(batch.campaignId(), delivery.isp());
  }

  /**
   * Waits until one more message may be under way.
   *
   * @return false when it may not go on; else {@link #leave} is to follow
   */
  boolean enter(long campaignId, String isp, BooleanSupplier mayGoOn) throws InterruptedException {
    while (!trial.enter(campaignId, isp)) {
      if (!mayGoOn.getAsBoolean()) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(NAP_MILLIS);
    }
    return true;
  }

  /** A message is under way until its result is durable. */
  void leave(long campaignId, String isp, CompletableFuture<Recorded> result) {
    var _ = result.whenComplete((_, _) -> trial.leave(campaignId, isp));
  }
}
