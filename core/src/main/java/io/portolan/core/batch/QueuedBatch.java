package io.portolan.core.batch;

import java.time.Instant;

/** A batch that waits to be claimed at {@code dueAt}. */
public record QueuedBatch(long id, long campaignId, String platform, Instant dueAt) {}
