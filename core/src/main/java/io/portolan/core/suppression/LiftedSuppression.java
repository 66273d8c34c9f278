package io.portolan.core.suppression;

import java.time.Instant;

/**
 * A suppression that is no more, and how it came to that.
 *
 * @param action {@code removed} by whoever runs the campaigns, or {@code resubscribed} by the
 *     recipient
 * @param who removed it, such as {@code api key "crm"}
 * @param note why
 * @param value of what was suppressed, with its kind
 */
public record LiftedSuppression(
    long id,
    Instant at,
    String action,
    String who,
    String note,
    String kind,
    String value,
    SuppressionScope scope,
    String reason,
    String source,
    Instant createdAt) {}
