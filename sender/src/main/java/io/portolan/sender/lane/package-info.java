/**
 * Lanes: the deliveries of one platform, sent over a bounded number of sessions at the platform's
 * pace. Ties path choice, composing, the SMTP exchange and the recording of results together.
 */
@NullMarked
package io.portolan.sender.lane;

import org.jspecify.annotations.NullMarked;
