package io.portolan.api.http;

import io.portolan.api.hold.HoldsView;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.guard.Hold;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A campaign as the API shows it.
 *
 * @param guards what it says of its guardrails; missing if they are as configured
 * @param holds what guardrails stopped and nobody has let go on; missing if there is nothing
 * @param note what people should know of what the call did, or of the holds
 */
record CampaignView(
    long id,
    String name,
    String state,
    int revision,
    Optional<Long> listId,
    Optional<Long> templateId,
    CampaignContent content,
    Optional<SendWindow> sendWindow,
    String inDoubt,
    Optional<CampaignGuards> guards,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> launchAt,
    Optional<Instant> launchedAt,
    Optional<Instant> plannedAt,
    Optional<Instant> endedAt,
    Optional<List<HoldsView.HoldView>> holds,
    Optional<String> note) {

  static CampaignView of(Campaign campaign) {
    return of(campaign, Optional.empty());
  }

  static CampaignView of(Campaign campaign, Optional<String> note) {
    return of(campaign, Optional.empty(), note);
  }

  /** With what guardrails hold of it, and how it goes on if it has not ended. */
  static CampaignView of(Campaign campaign, List<Hold> open) {
    return open.isEmpty()
        ? of(campaign)
        : of(
            campaign,
            Optional.of(HoldsView.of(open).holds()),
            Optional.of(campaign.state())
                .filter(state -> state == CampaignState.RUNNING || state == CampaignState.PAUSED)
                .map(_ -> advice(campaign, open)));
  }

  private static String advice(Campaign campaign, List<Hold> open) {
    Map<String, List<Hold>> byDomain =
        open.stream()
            .collect(Collectors.groupingBy(Hold::domain, TreeMap::new, Collectors.toList()));
    return byDomain.entrySet().stream()
        .map(
            held ->
                held.getKey().isEmpty()
                    ? adviceOfCampaign(campaign, held.getValue())
                    : HoldsView.adviceOfDomain(held.getKey(), places(held.getValue(), "all of it")))
        .collect(Collectors.joining(" "));
  }

  private static String adviceOfCampaign(Campaign campaign, List<Hold> open) {
    return "A guardrail holds "
        + places(open, "the campaign as a whole")
        + ". If its mail should go out all the same: portolan campaign resume "
        + campaign.id()
        + " --override --note WHY (--isp ISP for one alone), or POST"
        + " /api/v1/campaigns/"
        + campaign.id()
        + "/resume with override, note and isp.";
  }

  private static String places(List<Hold> open, String whole) {
    return open.stream()
        .map(hold -> hold.isOfCampaign() ? whole : hold.isp())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static CampaignView of(
      Campaign campaign, Optional<List<HoldsView.HoldView>> holds, Optional<String> note) {
    return new CampaignView(
        campaign.id(),
        campaign.settings().name(),
        campaign.state().id(),
        campaign.revision(),
        campaign.settings().listId(),
        campaign.settings().templateId(),
        campaign.settings().content(),
        campaign.settings().sendWindow(),
        campaign.settings().inDoubt().id(),
        Optional.of(campaign.settings().guards())
            .filter(guards -> !guards.equals(CampaignGuards.AS_CONFIGURED)),
        campaign.times().createdAt(),
        campaign.times().updatedAt(),
        campaign.times().launchAt(),
        campaign.times().launchedAt(),
        campaign.times().plannedAt(),
        campaign.times().endedAt(),
        holds,
        note);
  }
}
