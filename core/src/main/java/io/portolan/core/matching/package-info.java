/**
 * Finds the delivery that feedback is about, and does what follows from it: late bounces,
 * suppressions, counts and alarms, in one transaction and once.
 */
@NullMarked
package io.portolan.core.matching;

import org.jspecify.annotations.NullMarked;
