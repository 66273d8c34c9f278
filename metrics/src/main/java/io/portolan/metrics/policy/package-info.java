/**
 * What a policy would have made of mail that was sent, and what to change in the one in force, from
 * what was recorded.
 */
@NullMarked
package io.portolan.metrics.policy;

import org.jspecify.annotations.NullMarked;
