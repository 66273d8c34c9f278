/** Holds: what guardrails stopped of campaigns, until a person lets it go on. */
@NullMarked
package io.portolan.core.guard;

import org.jspecify.annotations.NullMarked;
