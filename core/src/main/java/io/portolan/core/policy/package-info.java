/** The port policy: which paths an ISP's mail takes, in which order, within which limits. */
@NullMarked
package io.portolan.core.policy;

import org.jspecify.annotations.NullMarked;
