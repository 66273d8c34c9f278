/** The HTTP API: JSON in and out, errors as problem+json (RFC 9457). */
@NullMarked
package io.portolan.api.http;

import org.jspecify.annotations.NullMarked;
