/** A whole node: the application and the API over it. */
@NullMarked
package io.portolan.api.node;

import org.jspecify.annotations.NullMarked;
