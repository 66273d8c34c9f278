/**
 * SMTP sessions: how one is opened, and how messages go over it (RFC 5321).
 *
 * <p>Jakarta Mail leads the dialogue up to a session that is secured and authenticated; the
 * exchange of messages is our own, in groups where the peer offers PIPELINING (RFC 2920). Both
 * speak over one {@code Wire}, which bounds every reply and states a deadline for every wait. So
 * each way in which a peer or a network can fail comes out as a value that names the phase, the
 * cause and, above all, the side of the end of data on which it fell.
 */
@NullMarked
package io.portolan.sender.smtp;

import org.jspecify.annotations.NullMarked;
