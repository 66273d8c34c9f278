package io.portolan.core.list;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A member of a list.
 *
 * @param address as it was written
 * @param domain in A-labels, lower case
 * @param attributes for merge fields, as JSON values; what an import gives is always text
 * @param importId the last import that made or changed this recipient; empty if none did
 * @param updatedAt when address or attributes last changed
 */
public record Recipient(
    long id,
    long listId,
    String address,
    String domain,
    Map<String, Object> attributes,
    Optional<Long> importId,
    Instant createdAt,
    Instant updatedAt) {}
