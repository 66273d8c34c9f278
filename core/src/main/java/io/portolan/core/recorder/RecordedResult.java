package io.portolan.core.recorder;

import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import java.time.Instant;

/** A result on its way into the database, with the delivery and the claim that it belongs to. */
public record RecordedResult(
    Instant at,
    long campaignId,
    String platform,
    long batchId,
    int epoch,
    ClaimedDelivery delivery,
    DeliveryOutcome outcome) {}
