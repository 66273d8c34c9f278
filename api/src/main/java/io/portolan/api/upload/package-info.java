/** Files that people upload: where they stand while they are read, and how they get there. */
@NullMarked
package io.portolan.api.upload;

import org.jspecify.annotations.NullMarked;
