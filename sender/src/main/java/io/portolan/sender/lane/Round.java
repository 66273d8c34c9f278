package io.portolan.sender.lane;

import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import java.util.Optional;

/**
 * What one offer came to: an outcome, or the delivery as it is to be offered once more.
 *
 * @param isLapsed whether the session had ended before, so that this was no offer
 */
record Round(Optional<DeliveryOutcome> outcome, ClaimedDelivery delivery, boolean isLapsed) {
  static Round ended(DeliveryOutcome outcome, ClaimedDelivery delivery) {
    return new Round(Optional.of(outcome), delivery, false);
  }

  static Round again(ClaimedDelivery delivery) {
    return new Round(Optional.empty(), delivery, false);
  }
}
