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
 * @param agesSince from when its lifetime counts: since the first attempt, or until there is one
 *     since its turn first came; since a later release of what a guardrail held; empty before
 * @param pinnedRoute the only route it may take, because a peer there gave no answer after the dot
 * @param lastCause why it is still open; empty before the first try
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
    Optional<Instant> agesSince,
    Optional<String> pinnedRoute,
    Optional<String> lastCause) {

  /** The same delivery after one more attempt, begun at {@code at}. */
  public ClaimedDelivery attempted(Instant at) {
    return new ClaimedDelivery(
        id,
        recipientId,
        address,
        domain,
        isp,
        attempts + 1,
        attributes,
        Optional.of(firstAttemptAt.orElse(at)),
        firstAttemptAt.isPresent() ? agesSince : Optional.of(at),
        pinnedRoute,
        lastCause);
  }
}
