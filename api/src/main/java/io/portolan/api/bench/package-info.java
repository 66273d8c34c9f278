/**
 * The bench: a real campaign, sent from end to end into Postfix's message sink, and what this
 * machine can do at most beside it.
 */
@NullMarked
package io.portolan.api.bench;

import org.jspecify.annotations.NullMarked;
