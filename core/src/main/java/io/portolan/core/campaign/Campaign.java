package io.portolan.core.campaign;

/**
 * A campaign as it is stored.
 *
 * @param revision rises with every change of settings or state; an edit names the one it saw
 * @param plannedThrough the last recipient id that became a delivery; 0 before planning
 */
public record Campaign(
    long id,
    CampaignState state,
    int revision,
    CampaignSettings settings,
    CampaignTimes times,
    long plannedThrough) {

  CampaignLifecycle lifecycle() {
    return new CampaignLifecycle(id, state);
  }
}
