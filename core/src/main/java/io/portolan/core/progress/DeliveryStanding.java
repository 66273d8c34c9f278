package io.portolan.core.progress;

import io.portolan.core.delivery.DeliveryState;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a delivery stands for those who look at it: its {@link DeliveryState}, where what a relay
 * alone has accepted is told apart.
 */
public enum DeliveryStanding {
  /** Waiting, being sent, deferred or held. */
  PLANNED,
  /**
   * Accepted by a relay, and no event has said yet what the ISP did (the action {@code relayed} of
   * RFC 3464). Becomes {@link #ACCEPTED} or {@link #BOUNCED} by the relay's event.
   */
  RELAYED,
  /** Accepted by the ISP, or by a relay whose event says that the ISP has it. */
  ACCEPTED,
  /** Refused for good, at once or after it was accepted. */
  BOUNCED,
  /** Deferred or held until its lifetime ran out. */
  EXPIRED,
  /** Not sent, because its address or domain is suppressed. */
  SUPPRESSED,
  /** Not sent, because its campaign was cancelled. */
  CANCELLED;

  /** The name in JSON, such as {@code relayed}; that of the state in SQL where there is one. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The standing of a name that {@link #id} gave. */
  public static Optional<DeliveryStanding> of(String id) {
    return Arrays.stream(values()).filter(standing -> standing.id().equals(id)).findFirst();
  }
}
