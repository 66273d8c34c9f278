package io.portolan.core.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** How a path uses TLS. On a relay route TLS is always verified against the relay's name. */
public enum TlsMode {
  /** No TLS. On a relay only without credentials. */
  NONE,
  /** STARTTLS where the peer offers it, unverified; direct routes only (RFC 7435). */
  OPPORTUNISTIC,
  /** STARTTLS required (RFC 3207); the session is given up where it is not offered. */
  STARTTLS,
  /** TLS from the first byte (RFC 8314); relay routes only. */
  IMPLICIT;

  private static final Set<Integer> IMPLICIT_PORTS = Set.of(443, 465, 2465, 8465);

  /** What a relay speaks on a port, wherever it is offered and nobody says otherwise (RFC 8314). */
  public static TlsMode usualOn(int port) {
    return IMPLICIT_PORTS.contains(port) ? IMPLICIT : STARTTLS;
  }

  /** The lower-case name used in policies, tables and reports. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TlsMode> of(String id) {
    return Arrays.stream(values()).filter(mode -> mode.id().equals(id)).findFirst();
  }
}
