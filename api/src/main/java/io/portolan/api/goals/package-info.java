/**
 * The goals of performance: what is measured for each, by which command, and whether it is held.
 */
@NullMarked
package io.portolan.api.goals;

import org.jspecify.annotations.NullMarked;
