package io.portolan.core.recorder;

import io.portolan.core.policy.Path;
import java.time.Instant;

/**
 * The attempt by which a delivery was accepted, as far as what comes back later is counted with it.
 *
 * @param at when the delivery ended ({@code delivery.ended_at}): its minute is the row of the
 *     rollup
 * @param path that it was sent over
 */
public record AcceptedAttempt(
    Instant at, long campaignId, String isp, String platform, Path path) {}
