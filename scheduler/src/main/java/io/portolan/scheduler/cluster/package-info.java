/** Which nodes of the cluster are alive, as Quartz sees it. */
@NullMarked
package io.portolan.scheduler.cluster;

import org.jspecify.annotations.NullMarked;
