/** Sample campaigns that were never sent, to measure reports over. */
@NullMarked
package io.portolan.metrics.seed;

import org.jspecify.annotations.NullMarked;
