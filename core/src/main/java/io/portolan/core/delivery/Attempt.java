package io.portolan.core.delivery;

import io.portolan.core.policy.Path;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One SMTP transaction offered to a peer.
 *
 * @param at when it began
 * @param host the peer's name as dialled: an MX host or the relay
 * @param peer the peer's address, as text
 * @param usedTls whether the session was encrypted
 * @param phase the last phase reached
 * @param reply the deciding reply; empty when the peer gave none
 * @param open what opening the session took; zero when it was open already
 * @param exchange from MAIL to the deciding reply
 */
public record Attempt(
    Instant at,
    Path path,
    Decision decision,
    String host,
    String peer,
    boolean usedTls,
    Phase phase,
    Optional<SmtpReply> reply,
    Duration open,
    Duration exchange) {}
