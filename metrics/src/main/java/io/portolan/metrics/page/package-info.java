/** Reports as pages for people: HTML and SVG that need nothing else. */
@NullMarked
package io.portolan.metrics.page;

import org.jspecify.annotations.NullMarked;
