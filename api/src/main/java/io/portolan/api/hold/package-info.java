/**
 * What guardrails hold, and how a person lets it go on, as the API and the command line show it.
 */
@NullMarked
package io.portolan.api.hold;

import org.jspecify.annotations.NullMarked;
