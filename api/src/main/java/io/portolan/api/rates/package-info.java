/** Rates and reputation as the API and the command line show them. */
@NullMarked
package io.portolan.api.rates;

import org.jspecify.annotations.NullMarked;
