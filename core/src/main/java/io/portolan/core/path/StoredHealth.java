package io.portolan.core.path;

import java.time.Instant;

/**
 * How a path stands.
 *
 * @param since when it became open, or when the trouble began
 * @param until open: when its ramp ends; suspect and blocked: when it is looked at next; half-open:
 *     when another node may look, because who looked did not come back
 * @param strikes failures in a row that counted
 * @param goodLooks in a row, while half-open
 * @param host that was dialled last
 * @param evidence the last failure in words; empty while unknown and open
 * @param node that says so
 */
public record StoredHealth(
    HealthKey key,
    PathState state,
    Instant since,
    Instant until,
    int strikes,
    int goodLooks,
    String host,
    String evidence,
    String node) {}
