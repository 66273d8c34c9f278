/** Campaigns, their content, schedule and lifecycle; templates. */
@NullMarked
package io.portolan.core.campaign;

import org.jspecify.annotations.NullMarked;
