package io.portolan.api.rates;

import io.portolan.core.guard.Hold;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What guardrails stopped of a campaign, the latest first. */
public record HoldsView(List<HoldView> holds) {

  /**
   * One hold.
   *
   * @param isp missing for the whole campaign
   * @param releasedAt missing while it waits for a person
   */
  public record HoldView(
      Optional<String> isp,
      String guard,
      long trials,
      long hits,
      String reason,
      Instant heldAt,
      Optional<Instant> releasedAt,
      Optional<String> releasedBy,
      Optional<String> note) {}

  /** The view of holds. */
  public static HoldsView of(List<Hold> holds) {
    return new HoldsView(holds.stream().map(HoldsView::hold).toList());
  }

  private static HoldView hold(Hold hold) {
    return new HoldView(
        some(hold.isp()),
        hold.guard(),
        hold.trials(),
        hold.hits(),
        hold.reason(),
        hold.heldAt(),
        hold.releasedAt(),
        some(hold.releasedBy()),
        some(hold.note()));
  }

  private static Optional<String> some(String text) {
    return Optional.of(text).filter(it -> !it.isEmpty());
  }
}
