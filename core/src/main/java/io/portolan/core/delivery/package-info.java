/** Deliveries, the batches they are sent in, the attempts made and the results recorded. */
@NullMarked
package io.portolan.core.delivery;

import org.jspecify.annotations.NullMarked;
