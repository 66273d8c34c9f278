package io.portolan.core.isp;

import java.util.Arrays;
import java.util.Locale;

/** How a destination was found out. */
public enum Basis {
  /** The directory lists the domain. */
  DOMAIN,
  /** The directory lists a suffix of the domain's mail hosts. */
  MX,
  /** The domain has mail hosts that the directory does not list, or that belong to several ISPs. */
  UNKNOWN_MX,
  /** The domain has no MX record and is its own mail host (RFC 5321 section 5.1). */
  IMPLICIT_MX,
  /** The domain says that it takes no mail (RFC 7505). */
  NULL_MX,
  /** The domain does not exist, or has neither MX record nor address. */
  NO_SUCH_DOMAIN,
  /** The DNS gave no answer for the time being. */
  UNRESOLVED;

  /** The name in tables and reports, such as {@code null-mx}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The basis of a name that {@link #id} gave. */
  public static Basis of(String id) {
    return Arrays.stream(values())
        .filter(basis -> basis.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a basis: " + id));
  }

  /** Whether it means that no mail can be delivered. */
  public boolean isUndeliverable() {
    return this == NULL_MX || this == NO_SUCH_DOMAIN;
  }
}
