/** Reports of an ISP and of ports, by HTTP and on the terminal. */
@NullMarked
package io.portolan.api.reports;

import org.jspecify.annotations.NullMarked;
