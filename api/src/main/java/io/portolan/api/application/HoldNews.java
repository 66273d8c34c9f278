package io.portolan.api.application;

import io.portolan.core.guard.HoldEvent;
import io.portolan.core.guard.HoldEventStore;
import io.portolan.scheduler.Chore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Has people told what guardrails hold: each alarm once, by whichever node comes first.
 * Thread-safe.
 *
 * @param told hears of each
 */
record HoldNews(HoldEventStore events, Consumer<HoldEvent> told, InstantSource clock) {
  private static final Duration EVERY = Duration.ofSeconds(5);

  /** Tells of what nobody was told of yet. */
  void tell() {
    events.claimUntold(clock.instant()).forEach(told);
  }

  /** Tells of what nodes held that died before they could. */
  Chore chore() {
    return new Chore("tell of what guardrails hold", EVERY, this::tell);
  }
}
