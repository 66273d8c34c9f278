/**
 * Reputation as receivers are likely to see it, by ISP, source or route, and sending domain: scores
 * of its components, how they move, and how far they are from the limits that receivers publish.
 */
@NullMarked
package io.portolan.metrics.reputation;

import org.jspecify.annotations.NullMarked;
