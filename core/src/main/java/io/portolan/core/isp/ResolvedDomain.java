package io.portolan.core.isp;

import io.portolan.core.address.Domain;
import java.time.Instant;

/**
 * What a recipient domain was resolved to.
 *
 * @param expiresAt when it has to be resolved again
 */
public record ResolvedDomain(
    Domain domain, Destination destination, Instant resolvedAt, Instant expiresAt) {

  public boolean isFresh(Instant now) {
    return now.isBefore(expiresAt);
  }
}
