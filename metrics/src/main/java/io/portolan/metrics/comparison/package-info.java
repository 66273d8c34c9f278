/** What changed between two campaigns or spans. */
@NullMarked
package io.portolan.metrics.comparison;

import org.jspecify.annotations.NullMarked;
