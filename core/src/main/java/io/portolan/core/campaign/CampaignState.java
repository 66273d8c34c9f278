package io.portolan.core.campaign;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a campaign stands. What leads from one to another is in {@link CampaignLifecycle}. */
public enum CampaignState {
  /** Being written; the only state in which a campaign can be edited or deleted. */
  DRAFT,
  /** Complete, and waiting for its launch. */
  SCHEDULED,
  /** Launched: being planned and sent. */
  RUNNING,
  /** Launched, and sending nothing until it is resumed. */
  PAUSED,
  /** Every delivery has ended. */
  FINISHED,
  /** Ended by a person; what had not been sent by then never is. */
  CANCELLED;

  /** The name in SQL, JSON and reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<CampaignState> of(String id) {
    return Arrays.stream(values()).filter(state -> state.id().equals(id)).findFirst();
  }

  /** Whether nothing leads on from here. */
  public boolean isEnded() {
    return this == FINISHED || this == CANCELLED;
  }
}
