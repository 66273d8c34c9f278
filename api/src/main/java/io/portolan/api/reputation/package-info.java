/** The reputation report, by HTTP and on the command line. */
@NullMarked
package io.portolan.api.reputation;

import org.jspecify.annotations.NullMarked;
