package io.portolan.core.progress;

import java.time.Instant;
import java.util.Optional;

/** A delivery as people see it. */
public sealed interface DeliveryView {
  DeliveryHead head();

  DeliveryStanding standing();

  /**
   * Waiting, being sent, deferred, held or in doubt.
   *
   * @param batchId the batch it is sent with
   * @param notBefore when it is tried again; empty before the first try
   * @param heldBecause why it was held when its turn came last; empty when it was not
   * @param pinnedRoute the only route it may take, because a peer there gave no answer after the
   *     dot
   * @param inDoubtSince since when nobody knows whether the peer took it, so that it waits for a
   *     decision
   */
  record Open(
      DeliveryHead head,
      long batchId,
      Optional<Instant> notBefore,
      Optional<String> heldBecause,
      Optional<String> pinnedRoute,
      Optional<Instant> inDoubtSince)
      implements DeliveryView {
    @Override
    public DeliveryStanding standing() {
      return DeliveryStanding.PLANNED;
    }
  }

  /**
   * Accepted by a relay that has not said yet what became of it. It has ended as far as its
   * campaign is concerned.
   *
   * @param relay its name
   */
  record Relayed(DeliveryHead head, String relay, Instant endedAt) implements DeliveryView {
    @Override
    public DeliveryStanding standing() {
      return DeliveryStanding.RELAYED;
    }
  }

  /** Ended for good. */
  record Ended(DeliveryHead head, DeliveryStanding standing, Instant endedAt)
      implements DeliveryView {
    public Ended {
      if (standing == DeliveryStanding.PLANNED || standing == DeliveryStanding.RELAYED) {
        throw new IllegalArgumentException("delivery " + head.id() + " has not ended");
      }
    }
  }
}
