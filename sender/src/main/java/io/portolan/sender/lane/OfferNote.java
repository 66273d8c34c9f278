package io.portolan.sender.lane;

import io.portolan.core.campaign.InDoubt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.recorder.Recorded;
import io.portolan.core.recorder.ResultRecorder;
import java.time.Instant;
import java.util.concurrent.ExecutionException;

/**
 * The durable note that one delivery is being offered, which a campaign asks for that holds what is
 * in doubt. It stands from before the first offer until a result is recorded. Not thread-safe.
 */
final class OfferNote {
  private final ResultRecorder recorder;
  private final ClaimedBatch batch;
  private boolean stands;

  OfferNote(ResultRecorder recorder, ClaimedBatch batch) {
    this.recorder = recorder;
    this.batch = batch;
  }

  /**
   * Has the note written, where the campaign asks for it and it does not stand yet; blocks until it
   * is durable.
   *
   * @param expiresAt when the delivery's lifetime ends
   * @return false when the claim was lost, so that the delivery must not be offered
   */
  boolean write(ClaimedDelivery delivery, Instant expiresAt) throws InterruptedException {
    if (stands || batch.inDoubt() == InDoubt.RESEND) {
      return true;
    }
    try {
      stands = recorder.offer(batch, delivery, expiresAt).get() == Recorded.APPLIED;
      return stands;
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the offer of delivery " + delivery.id() + " could not be noted", e);
    }
  }

  boolean stands() {
    return stands;
  }
}
