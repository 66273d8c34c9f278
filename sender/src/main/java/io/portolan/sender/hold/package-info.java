/** Relays whose mail is held because they refuse our login or our mail. */
@NullMarked
package io.portolan.sender.hold;

import org.jspecify.annotations.NullMarked;
