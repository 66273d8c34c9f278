package io.portolan.core.campaign;

import io.portolan.core.Problems;
import java.util.Optional;

/**
 * What a campaign says of its guardrails, as {@link GuardLimits} are written; what is empty is as
 * configured. Complaints are judged by sending domain, so that no campaign has a say in them.
 *
 * @param hardBounce limits of hard bounces
 * @param block limits of refusals for reputation, and as spam for good
 */
public record CampaignGuards(Optional<String> hardBounce, Optional<String> block) {
  /** All as configured. */
  public static final CampaignGuards AS_CONFIGURED =
      new CampaignGuards(Optional.empty(), Optional.empty());

  void check(Problems problems) {
    check("guards.hardBounce", hardBounce, problems);
    check("guards.block", block, problems);
  }

  private static void check(String place, Optional<String> written, Problems problems) {
    written
        .filter(text -> GuardLimits.parse(text).isEmpty())
        .ifPresent(
            text ->
                problems.add(place, "is \"" + text + "\", and must be " + GuardLimits.EXPECTED));
  }
}
