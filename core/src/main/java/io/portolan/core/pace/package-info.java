/**
 * The pace at which each platform is sent to: slowed by its throttle replies, ramped up by clean
 * minutes, and the warm-up of sources. Shared by all nodes and kept over restarts.
 */
@NullMarked
package io.portolan.core.pace;

import org.jspecify.annotations.NullMarked;
