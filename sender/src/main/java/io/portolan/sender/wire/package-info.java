/**
 * One connection with an SMTP peer, below what is said on it: replies are read in bounded memory
 * (RFC 5321 section 4.2), what is written is gathered and leaves in one write, TLS may be put under
 * it, and every wait has a deadline, which one thread keeps for all connections of a node.
 */
@NullMarked
package io.portolan.sender.wire;

import org.jspecify.annotations.NullMarked;
