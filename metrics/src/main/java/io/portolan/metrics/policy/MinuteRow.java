package io.portolan.metrics.policy;

import io.portolan.core.policy.Path;
import java.time.Instant;

/**
 * What was recorded in one minute of an ISP's mail on one path.
 *
 * @param ended deliveries that a peer accepted or refused for good; a delivery ends once
 * @param tries messages offered to a peer, those that were deferred among them
 * @param failures path failures: the path could not be opened
 */
record MinuteRow(
    Instant minute,
    String isp,
    String platform,
    Path path,
    long ended,
    long tries,
    long failures) {}
