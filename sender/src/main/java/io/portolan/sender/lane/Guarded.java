package io.portolan.sender.lane;

import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Trial;
import io.portolan.core.recorder.Recorded;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What guardrails mean for a message that is about to be carried. Thread-safe. */
record Guarded(CampaignGate gate, Trial trial, InstantSource clock) {
  /** A hold waits for a person, who lets what is held go on at once. */
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private static final long NAP_MILLIS = 2;

  /** Why a message is held, and until when. */
  Optional<Lane.Hold> hold(ClaimedBatch batch, ClaimedDelivery delivery) {
    return gate.heldBecause(batch.campaignId(), delivery.isp())
        .map(reason -> new Lane.Hold(reason, clock.instant().plus(LOOK_AGAIN)));
  }

  /**
   * Waits until one more message may be under way.
   *
   * @return false when it may not go on; else {@link #leave} is to follow
   */
  boolean enter(long campaignId, String isp, BooleanSupplier mayGoOn) throws InterruptedException {
    while (!trial.enter(campaignId, isp)) {
      if (!mayGoOn.getAsBoolean() || gate.heldBecause(campaignId, isp).isPresent()) {
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
