/** Reports that are sent at set times: what, when and to whom, and what became of each. */
@NullMarked
package io.portolan.metrics.schedule;

import org.jspecify.annotations.NullMarked;
