/**
 * What comes back after a message was accepted: bounces, warnings of delay, complaints,
 * unsubscribes and the rest, as read from a mail or an event of a relay, before it is matched to a
 * delivery.
 */
@NullMarked
package io.portolan.core.feedback;

import org.jspecify.annotations.NullMarked;
