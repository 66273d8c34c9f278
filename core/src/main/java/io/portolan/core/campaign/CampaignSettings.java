package io.portolan.core.campaign;

import java.util.Optional;

/**
 * What people write when they make a campaign; can be changed while it is a draft.
 *
 * @param name for people, one line
 * @param listId who gets it; may be missing until it is scheduled
 * @param templateId where subject and bodies come from; a campaign with a template leaves them
 *     empty, and gets the template's copied in when it is scheduled
 * @param content may be incomplete until it is scheduled
 * @param sendWindow the hours in which it may send; empty for always
 * @param inDoubt what becomes of deliveries of which nobody knows whether the peer took them
 * @param guards what it says of its guardrails
 */
public record CampaignSettings(
    String name,
    Optional<Long> listId,
    Optional<Long> templateId,
    CampaignContent content,
    Optional<SendWindow> sendWindow,
    InDoubt inDoubt,
    CampaignGuards guards) {

  /** With guardrails as configured. */
  public CampaignSettings(
      String name,
      Optional<Long> listId,
      Optional<Long> templateId,
      CampaignContent content,
      Optional<SendWindow> sendWindow,
      InDoubt inDoubt) {
    this(name, listId, templateId, content, sendWindow, inDoubt, CampaignGuards.AS_CONFIGURED);
  }
}
