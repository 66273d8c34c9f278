package io.portolan.core.delivery;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import java.util.List;

/**
 * A batch that this node has claimed: open deliveries of one campaign to one platform.
 *
 * @param epoch of the claim; results under an older epoch are refused
 * @param inDoubt what becomes of deliveries of which nobody knows whether the peer took them
 */
public record ClaimedBatch(
    long id,
    long campaignId,
    String platform,
    int epoch,
    CampaignContent content,
    InDoubt inDoubt,
    List<ClaimedDelivery> deliveries) {
  public ClaimedBatch {
    deliveries = List.copyOf(deliveries);
  }
}
