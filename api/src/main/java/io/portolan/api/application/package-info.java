/** The wiring: builds every part by constructor, in order, and closes them in reverse. */
@NullMarked
package io.portolan.api.application;

import org.jspecify.annotations.NullMarked;
