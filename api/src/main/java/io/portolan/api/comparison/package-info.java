/** What changed between two campaigns or spans, by HTTP and on the terminal. */
@NullMarked
package io.portolan.api.comparison;

import org.jspecify.annotations.NullMarked;
