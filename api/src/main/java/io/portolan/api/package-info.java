/** The one main, the command line and nothing else at the top. */
@NullMarked
package io.portolan.api;

import org.jspecify.annotations.NullMarked;
