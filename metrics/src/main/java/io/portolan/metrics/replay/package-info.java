/** What a policy would have made of mail that was sent, from what was recorded of it. */
@NullMarked
package io.portolan.metrics.replay;

import org.jspecify.annotations.NullMarked;
