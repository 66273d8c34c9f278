package io.portolan.core.campaign;

import java.time.Instant;
import java.util.Optional;

/**
 * When things happened to a campaign.
 *
 * @param updatedAt when its settings or its state last changed
 * @param launchAt when it is to be launched; empty for a draft
 * @param launchedAt when it was
 * @param plannedAt when every recipient had become a delivery
 * @param endedAt when it was finished or cancelled
 */
public record CampaignTimes(
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> launchAt,
    Optional<Instant> launchedAt,
    Optional<Instant> plannedAt,
    Optional<Instant> endedAt) {}
