/** Live counters for Prometheus, with tags from closed sets. */
@NullMarked
package io.portolan.metrics.registry;

import org.jspecify.annotations.NullMarked;
