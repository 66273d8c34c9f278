/**
 * JSON as the tables hold it and as people write it: strict, with problems that name their place.
 */
@NullMarked
package io.portolan.core.json;

import org.jspecify.annotations.NullMarked;
