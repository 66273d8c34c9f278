package io.portolan.core.campaign;

/**
 * What a campaign said when somebody checked it; scheduling it refuses any other.
 *
 * @param revision of the campaign
 * @param content with the template's text
 */
public record CheckedContent(int revision, CampaignContent content) {}
