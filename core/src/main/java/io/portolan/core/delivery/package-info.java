/**
 * Deliveries as senders see them: the batches that they are claimed in, the attempts made and how
 * they ended, the slots of connections and the gates of campaigns.
 */
@NullMarked
package io.portolan.core.delivery;

import org.jspecify.annotations.NullMarked;
