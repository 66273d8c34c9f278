package io.portolan.sender.path;

import java.time.Instant;

/**
 * What came of a connect.
 *
 * @param operator the platform or relay that was dialled
 * @param timedOut whether nothing came back; otherwise somebody answered
 */
public record ConnectResult(Instant at, int port, String operator, boolean timedOut) {}
