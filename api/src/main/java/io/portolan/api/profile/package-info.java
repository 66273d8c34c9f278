/**
 * Where the CPU time of a bench goes: which process uses it, and of our own what work it is, by
 * sampled stacks (JFR) and by the threads of the JVM itself.
 */
@NullMarked
package io.portolan.api.profile;

import org.jspecify.annotations.NullMarked;
