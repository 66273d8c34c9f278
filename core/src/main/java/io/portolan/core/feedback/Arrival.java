package io.portolan.core.feedback;

import java.time.Instant;

/**
 * Feedback that came in.
 *
 * @param key what the mail or event is known by for good, such as the SHA-256 of its bytes or a
 *     vendor's event id
 * @param receivedFrom the peer, mailbox or webhook that it came from, for people
 */
public record Arrival(
    Feedback feedback, Source source, String key, String receivedFrom, Instant at) {}
