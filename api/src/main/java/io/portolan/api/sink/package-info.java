/**
 * Where a bench's messages go: sinks that take every message, keep none and count them, in
 * processes of their own so that their CPU time is told apart, and a delay before them.
 */
@NullMarked
package io.portolan.api.sink;

import org.jspecify.annotations.NullMarked;
