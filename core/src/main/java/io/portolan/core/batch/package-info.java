/**
 * Batches: how planning cuts a campaign into them, how a node claims one, and how the claim ends.
 */
@NullMarked
package io.portolan.core.batch;

import org.jspecify.annotations.NullMarked;
