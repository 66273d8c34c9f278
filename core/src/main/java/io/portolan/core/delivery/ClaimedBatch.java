package io.portolan.core.delivery;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.suppression.MailOrigin;
import java.util.List;

/**
 * A batch that this node has claimed: open deliveries of one campaign to one platform.
 *
 * @param epoch of the claim; results under an older epoch are refused
 * @param origin the campaign's list and sending domain, by which suppressions hold or not
 * @param inDoubt what becomes of deliveries of which nobody knows whether the peer took them
 */
public record ClaimedBatch(
    long id,
    long campaignId,
    String platform,
    int epoch,
    CampaignContent content,
    InDoubt inDoubt,
    MailOrigin origin,
    List<ClaimedDelivery> deliveries) {
  public ClaimedBatch {
    deliveries = List.copyOf(deliveries);
  }
}
