package io.portolan.core.path;

import java.time.Instant;

/**
 * A verdict on a port that is another than before.
 *
 * @param id rises with time; 0 while it is not stored
 * @param words for people
 * @param looks what the deciding round saw, as a JSON array
 */
public record VerdictChange(
    long id,
    Instant at,
    int port,
    String from,
    String to,
    String words,
    String looks,
    String node) {}
