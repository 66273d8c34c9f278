package io.portolan.core.path;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;

/**
 * Whose health it is.
 *
 * @param target the platform whose mail hosts direct leads to, or {@code other/} and a domain;
 *     empty for a relay, and for direct's port as a whole
 */
public record HealthKey(Path path, String target) {

  /** The key of a path to a target, which a relay does not tell apart. */
  public static HealthKey of(Path path, String target) {
    return new HealthKey(path, path.isDirect() ? target : "");
  }

  /** Direct's port as a whole. */
  public static HealthKey whole(int port) {
    return whole(new Path(Path.DIRECT, port, TlsMode.OPPORTUNISTIC));
  }

  /** The port of a direct path as a whole, whatever the TLS mode; the default's stands for all. */
  public static HealthKey whole(Path path) {
    return new HealthKey(
        new Path(Path.DIRECT, path.port(), TlsMode.OPPORTUNISTIC, path.source()), "");
  }

  /** Whether it is of direct's port as a whole. */
  public boolean isWhole() {
    return path.isDirect() && target.isEmpty();
  }

  /** Such as {@code ses:587}, or {@code direct:25 to yahoo}. */
  public String label() {
    return target.isEmpty() ? path.label() : path.label() + " to " + target;
  }
}
