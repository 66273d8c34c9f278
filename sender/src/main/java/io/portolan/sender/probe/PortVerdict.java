package io.portolan.sender.probe;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What is the matter with a port, from here. Decided from looks at several hosts, since one host
 * proves nothing about a port.
 */
public enum PortVerdict {
  /** It gets through. */
  OPEN,
  /** It is stopped to every operator, while other ports get through. */
  PORT_BLOCKED,
  /** The host does not offer it, or keeps it from us; elsewhere it gets through. */
  NO_LISTENER,
  /** The host answers on no port that was tried. */
  TARGET_DOWN,
  /** The host answers, but not as this port and TLS mode need it. */
  TARGET_FAULT,
  /** Nothing gets out of here at all. */
  EGRESS_DOWN,
  /** By IPv4 it gets through, by IPv6 it is stopped. */
  IPV6_ONLY,
  /** Somebody else answers in the place of the host. */
  INTERCEPTED,
  /** Connections come about, and somebody on the way takes the offer of TLS out. */
  TLS_STRIPPED,
  /** Some connections a minute get through and no more, as a {@link ConnectSeries} shows. */
  RATE_LIMITED_EGRESS,
  /** This host's own rules forbid it. */
  LOCAL_POLICY,
  /** It got through to some and not to others, or nobody could be asked. */
  INCONCLUSIVE;

  /** The name used in JSON, such as {@code port-blocked}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The verdict of that name. */
  public static Optional<PortVerdict> of(String id) {
    return Arrays.stream(values()).filter(verdict -> verdict.id().equals(id)).findFirst();
  }
}
