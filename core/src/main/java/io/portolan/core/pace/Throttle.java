package io.portolan.core.pace;

import io.portolan.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;

/**
 * A reply by which a platform, or a relay, asks for less.
 *
 * @param lane as a {@link Pace} has it
 * @param limits the policy's
 * @param taken messages a second that the platform took in the last minute
 * @param lastTaken when it took the last one; long past when it took none
 * @param offeredAt when that was offered which met the reply
 * @param at when the reply came
 * @param coolDown how long nothing shall be sent
 */
public record Throttle(
    String lane,
    Limits limits,
    double taken,
    Instant lastTaken,
    Instant offeredAt,
    Instant at,
    Duration coolDown,
    String reply) {}
