/**
 * The crash and fault proof: campaigns of real {@code serve} processes into a sink that logs what
 * it takes, while processes, servers, disks and networks fail at seeded moments.
 */
@NullMarked
package io.portolan.api.fault;

import org.jspecify.annotations.NullMarked;
