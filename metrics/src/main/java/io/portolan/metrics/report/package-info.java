/** Reports: rates by ISP, route and port, as JSON, CSV and one HTML page. */
@NullMarked
package io.portolan.metrics.report;

import org.jspecify.annotations.NullMarked;
