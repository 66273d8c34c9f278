package io.portolan.core.batch;

import io.portolan.core.campaign.CampaignState;
import io.portolan.core.delivery.ClaimedBatch;

/** The answer to a node that wants to work on a batch. */
public sealed interface BatchClaim {

  /** It is this node's now. */
  record Granted(ClaimedBatch batch) implements BatchClaim {}

  /** It stays queued, because its campaign does not run. */
  record NotRunning(QueuedBatch batch, CampaignState campaign) implements BatchClaim {}

  /** It stays queued, because a guardrail holds all that could be sent of it. */
  record Held(QueuedBatch batch) implements BatchClaim {}

  /** There is nothing to do: it is done, or another node has it. */
  record Refused() implements BatchClaim {}
}
