/**
 * Events of relays, brought by HTTP: who brought them is proved by the relay's own signature, and
 * each counts once.
 */
@NullMarked
package io.portolan.api.webhook;

import org.jspecify.annotations.NullMarked;
