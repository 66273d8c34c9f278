/**
 * Looks at ports on purpose: opens sessions with mail hosts, of which no message is asked, and
 * tells from many of them whether a port gets through from here.
 */
@NullMarked
package io.portolan.sender.probe;

import org.jspecify.annotations.NullMarked;
