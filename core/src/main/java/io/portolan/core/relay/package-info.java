/** Relays (smarthosts): the named routes that are not direct. */
@NullMarked
package io.portolan.core.relay;

import org.jspecify.annotations.NullMarked;
