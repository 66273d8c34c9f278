/**
 * Keeps looking: at paths that mail has left, whether they are free again, and at whole ports, by
 * control hosts. One node of a network looks, all of them know.
 */
@NullMarked
package io.portolan.sender.watch;

import org.jspecify.annotations.NullMarked;
