/** Bounce and reputation reports by ISP, route and port, read from the rollups. */
@NullMarked
package io.portolan.metrics.report;

import org.jspecify.annotations.NullMarked;
