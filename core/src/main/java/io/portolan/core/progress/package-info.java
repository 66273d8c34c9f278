/**
 * What people see of a campaign on its way: its progress by ISP, its deliveries, their attempts.
 */
@NullMarked
package io.portolan.core.progress;

import org.jspecify.annotations.NullMarked;
