/** Sequential tests of what campaigns meet, and the holds that they end in. */
@NullMarked
package io.portolan.metrics.guardrail;

import org.jspecify.annotations.NullMarked;
