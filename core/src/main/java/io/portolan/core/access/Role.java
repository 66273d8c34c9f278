package io.portolan.core.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an API key may do; each role may do what those before it may. */
public enum Role {
  /** See everything but secrets. */
  READ,
  /** Make, change and send campaigns, lists, templates and suppressions; tune the port policy. */
  OPERATE,
  /** Change relays and API keys. */
  ADMIN;

  /** The name in SQL and JSON. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Role> of(String id) {
    return Arrays.stream(values()).filter(role -> role.id().equals(id)).findFirst();
  }

  /** Whether this role may do what the other may. */
  public boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }
}
