/** How fast platforms are sent to, for people to see. */
@NullMarked
package io.portolan.api.pace;

import org.jspecify.annotations.NullMarked;
