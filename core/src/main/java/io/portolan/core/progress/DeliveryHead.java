package io.portolan.core.progress;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a delivery wherever it stands.
 *
 * @param attempts offered to a peer so far
 * @param category of the last reply, or of the reason that ended it
 */
public record DeliveryHead(
    long id,
    long campaignId,
    long recipientId,
    String address,
    String domain,
    String isp,
    String platform,
    int attempts,
    Optional<Instant> firstAttemptAt,
    Optional<String> category) {}
