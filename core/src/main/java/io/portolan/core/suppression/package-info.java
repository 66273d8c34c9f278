/** Suppressions: who is never sent anything, and why. */
@NullMarked
package io.portolan.core.suppression;

import org.jspecify.annotations.NullMarked;
