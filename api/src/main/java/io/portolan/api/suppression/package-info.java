/** Suppressions, unsubscription and what is kept about a recipient: routes, pages and commands. */
@NullMarked
package io.portolan.api.suppression;

import org.jspecify.annotations.NullMarked;
