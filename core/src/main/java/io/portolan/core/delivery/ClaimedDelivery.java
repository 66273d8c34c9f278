package io.portolan.core.delivery;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A delivery handed to the sender.
 *
 * @param attempts made so far
 * @param attributes of the recipient, as JSON values (strings, numbers, booleans, lists, maps)
 * @param firstAttemptAt when a peer was first offered it; empty before
 * @param pinnedRoute the only route it may take, because a peer there gave no answer after the dot
 */
public record ClaimedDelivery(
    long id,
    long recipientId,
    String address,
    String domain,
    String isp,
    int attempts,
    Map<String, Object> attributes,
    Optional<Instant> firstAttemptAt,
    Optional<String> pinnedRoute) {}
