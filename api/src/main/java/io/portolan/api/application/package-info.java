/** The wiring of all parts, and their configuration. */
@NullMarked
package io.portolan.api.application;

import org.jspecify.annotations.NullMarked;
