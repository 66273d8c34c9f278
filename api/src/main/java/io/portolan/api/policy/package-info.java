/** What the API shows of simulations of the port policy, and of what is recommended. */
@NullMarked
package io.portolan.api.policy;

import org.jspecify.annotations.NullMarked;
