/**
 * Tests of the whole product with real parts: {@code serve} as a process, network namespaces,
 * Postfix, PostgreSQL servers that die, and a browser.
 */
@NullMarked
package io.portolan.api.system;

import org.jspecify.annotations.NullMarked;
