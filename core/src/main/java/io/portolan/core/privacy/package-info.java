/** What is kept about one recipient, wherever it stands: to be handed out, and to be erased. */
@NullMarked
package io.portolan.core.privacy;

import org.jspecify.annotations.NullMarked;
