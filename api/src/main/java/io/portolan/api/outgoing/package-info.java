/** Documents that are sent to webhooks of others. */
@NullMarked
package io.portolan.api.outgoing;

import org.jspecify.annotations.NullMarked;
