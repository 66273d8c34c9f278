package io.portolan.core.policy;

import java.time.Instant;

/**
 * A stored version of the port policy; never changed.
 *
 * @param version from 1, rising
 * @param author who stored it
 * @param note why, in the author's words; may be empty
 */
public record PolicyVersion(
    int version, PortPolicy policy, String author, String note, Instant createdAt) {}
