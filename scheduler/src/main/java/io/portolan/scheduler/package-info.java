/** When things happen: launch, planning, batches, retries and recovery, on a clustered Quartz. */
@NullMarked
package io.portolan.scheduler;

import org.jspecify.annotations.NullMarked;
