/**
 * SMTP sessions: how one is dialled, secured and authenticated until it is open for messages (RFC
 * 5321), and what is remembered of hosts between sessions.
 *
 * <p>Jakarta Mail leads the dialogue up to there, over a {@link io.portolan.sender.wire.Wire} of
 * ours, which bounds every reply and states a deadline for every wait; then the {@linkplain
 * io.portolan.sender.exchange exchange} of messages takes over the same wire. So each way in which
 * a peer or a network can fail comes out as a value that names the phase and the cause.
 */
@NullMarked
package io.portolan.sender.smtp;

import org.jspecify.annotations.NullMarked;
