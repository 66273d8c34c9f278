/**
 * How paths and ports stand, and how they came to stand so: what the nodes of one network share.
 */
@NullMarked
package io.portolan.core.path;

import org.jspecify.annotations.NullMarked;
