package io.portolan.metrics.comparison;

import io.portolan.metrics.report.Rate;

/**
 * A share that changed by more than chance does.
 *
 * @param isp whose; empty for all together
 * @param measure what moved, such as {@code hardBounceRate}, or {@code pathShare}
 * @param path for {@code pathShare} the path, such as {@code ses:587 starttls}; else empty
 * @param messages how many messages the change is about: the difference times the denominator after
 * @param words the change in a sentence
 */
public record Mover(
    String isp,
    String measure,
    String path,
    Rate before,
    Rate after,
    Difference difference,
    long messages,
    String words) {}
