/** Who may use this installation: API keys, repeated calls, and the installation's own secrets. */
@NullMarked
package io.portolan.core.access;

import org.jspecify.annotations.NullMarked;
