package io.portolan.core.path;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;

/**
 * Whose health it is.
 *
 * @param target the platform whose mail hosts direct leads to, or {@code other/} and a domain;
 *     empty for a relay, and for direct's port as a whole
 * @param family {@link IpFamily#ANY} for the path as mail takes it; one of the two for what is
 *     known of it by that family alone
 */
public record HealthKey(Path path, String target, IpFamily family) {

  /** The key of a path as mail takes it, by whichever IP family. */
  public HealthKey(Path path, String target) {
    this(path, target, IpFamily.ANY);
  }

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

  /** The same path by one IP family. */
  public HealthKey over(IpFamily one) {
    return new HealthKey(path, target, one);
  }

  /** Such as {@code ses:587}, {@code direct:25 to yahoo}, or {@code ses:587 over ipv6}. */
  public String label() {
    String label = target.isEmpty() ? path.label() : path.label() + " to " + target;
    return family == IpFamily.ANY ? label : label + " over " + family.id();
  }
}
