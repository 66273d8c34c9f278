/** How mail and events come back to a node: its listener, its mailboxes, its webhooks. */
@NullMarked
package io.portolan.api.intake;

import org.jspecify.annotations.NullMarked;
