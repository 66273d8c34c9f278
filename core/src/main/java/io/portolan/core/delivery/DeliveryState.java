package io.portolan.core.delivery;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a delivery stands. It leaves {@link #PLANNED} exactly once and never comes back. */
public enum DeliveryState {
  /** Waiting, being sent, deferred or held. */
  PLANNED,
  /** The next hop took responsibility (2yz after the dot); no proof of arrival in a mailbox. */
  ACCEPTED,
  /** The genuine peer refused for good (5yz). */
  BOUNCED,
  /** Deferred or held until its lifetime ran out. */
  EXPIRED,
  /** Not sent, because its address or domain is suppressed. */
  SUPPRESSED,
  /** Not sent, because its campaign was cancelled. */
  CANCELLED;

  /** The name in SQL, JSON and reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of a name that {@link #id} gave. */
  public static Optional<DeliveryState> of(String id) {
    return Arrays.stream(values()).filter(state -> state.id().equals(id)).findFirst();
  }
}
