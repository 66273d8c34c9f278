package io.portolan.api.http;

import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.SendWindow;
import java.time.Instant;
import java.util.Optional;

/**
 * A campaign as the API shows it.
 *
 * @param note what people should know of what the call did
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
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> launchAt,
    Optional<Instant> launchedAt,
    Optional<Instant> plannedAt,
    Optional<Instant> endedAt,
    Optional<String> note) {

  static CampaignView of(Campaign campaign) {
    return of(campaign, Optional.empty());
  }

  static CampaignView of(Campaign campaign, Optional<String> note) {
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
        campaign.times().createdAt(),
        campaign.times().updatedAt(),
        campaign.times().launchAt(),
        campaign.times().launchedAt(),
        campaign.times().plannedAt(),
        campaign.times().endedAt(),
        note);
  }
}
