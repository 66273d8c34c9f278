package io.portolan.core.relay;

import java.time.Instant;

/**
 * A relay as it is stored.
 *
 * @param isConfigured whether the configuration defines it, so that it can be changed only there
 */
public record StoredRelay(Relay relay, boolean isConfigured, Instant updatedAt) {}
