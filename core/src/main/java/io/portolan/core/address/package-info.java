/**
 * Mail addresses and domains: read from what people write, checked against RFC 5321 and RFC 6531,
 * and brought to the one form in which two of them are compared.
 */
@NullMarked
package io.portolan.core.address;

import org.jspecify.annotations.NullMarked;
