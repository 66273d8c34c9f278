package io.portolan.core.path;

import io.portolan.core.policy.Path;

/**
 * Whose health it is.
 *
 * @param target the platform whose mail hosts direct leads to, or {@code other/} and a domain;
 *     empty for a relay, and for direct's port as a whole
 */
public record HealthKey(Path path, String target) {
  /** Such as {@code ses:587}, or {@code direct:25 to yahoo}. */
  public String label() {
    return target.isEmpty() ? path.label() : path.label() + " to " + target;
  }
}
