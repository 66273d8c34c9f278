package io.portolan.core.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one alarm of a guardrail held: mail of one campaign, or all mail of a sending domain.
 *
 * @param domain the sending domain of which all mail was held; empty where one campaign was held
 *     for itself
 * @param isp to which; empty for all mail
 * @param guard hard-bounce, block or complaint
 * @param trials counted when it was held
 * @param hits of the trials, those that the guard is about
 * @param reason in words, with the numbers
 * @param campaigns that were held by it: one, or those of the domain that ran
 */
public record HoldEvent(
    String domain,
    String isp,
    String guard,
    long trials,
    long hits,
    String reason,
    Instant heldAt,
    List<HeldCampaign> campaigns) {
  public HoldEvent {
    campaigns = List.copyOf(campaigns);
  }

  /**
   * A campaign that was held, and who let it go on.
   *
   * @param name empty where the campaign is no more
   * @param isUnderWay whether it runs or is paused, and has not ended
   * @param releasedAt missing where nobody has let it go on
   * @param releasedBy the name of the API key
   */
  public record HeldCampaign(
      long id,
      String name,
      boolean isUnderWay,
      Optional<Instant> releasedAt,
      String releasedBy,
      String note) {

    /** Whether it waits for a person. */
    public boolean isHeld() {
      return isUnderWay && releasedAt.isEmpty();
    }
  }

  /** Whether all mail of a sending domain was held, and not that of one campaign for itself. */
  public boolean isOfDomain() {
    return !domain.isEmpty();
  }
}
