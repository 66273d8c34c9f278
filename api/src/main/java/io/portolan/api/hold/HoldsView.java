package io.portolan.api.hold;

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
   * @param domain the sending domain of which all mail was held; missing where the campaign was
   *     held for itself
   * @param releasedAt missing while it waits for a person
   */
  public record HoldView(
      Optional<String> isp,
      Optional<String> domain,
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
        some(hold.domain()),
        hold.guard(),
        hold.trials(),
        hold.hits(),
        hold.reason(),
        hold.heldAt(),
        hold.releasedAt(),
        some(hold.releasedBy()),
        some(hold.note()));
  }

  /**
   * How what complaints hold of a sending domain goes on.
   *
   * @param places what is held of it, in words
   */
  public static String adviceOfDomain(String domain, String places) {
    return "Complaints hold mail of all campaigns of "
        + domain
        + ": "
        + places
        + ". If it should go out all the same: portolan domain resume "
        + domain
        + " --override --note WHY (--isp ISP for one alone), or POST /api/v1/domains/"
        + domain
        + "/resume with override, note and isp.";
  }

  static Optional<String> some(String text) {
    return Optional.of(text).filter(it -> !it.isEmpty());
  }
}
