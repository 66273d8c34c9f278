package io.portolan.api.http;

import io.javalin.security.RouteRole;
import io.portolan.core.access.Role;
import java.util.Optional;

/** Who may call a route. */
public enum Access implements RouteRole {
  /** Everybody: recipients, monitoring, and pages that hold nothing. */
  OPEN(Optional.empty()),
  READ(Optional.of(Role.READ)),
  OPERATE(Optional.of(Role.OPERATE)),
  ADMIN(Optional.of(Role.ADMIN));

  private final Optional<Role> needed;

  Access(Optional<Role> needed) {
    this.needed = needed;
  }

  boolean allows(Role role) {
    return needed.isEmpty() || role.covers(needed.get());
  }
}
