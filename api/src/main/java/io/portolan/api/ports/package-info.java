/** What the API shows of ports and paths. */
@NullMarked
package io.portolan.api.ports;

import org.jspecify.annotations.NullMarked;
