package io.portolan.sender.probe;

import io.portolan.core.policy.TlsMode;

/**
 * A port of a host to be looked at.
 *
 * @param operator who runs the host; a port is judged by hosts of several
 * @param tls {@link TlsMode#STARTTLS} where the host is known to offer it, {@link
 *     TlsMode#IMPLICIT}, {@link TlsMode#OPPORTUNISTIC} where nothing is known, or {@link
 *     TlsMode#NONE} for a host that is only connected to, such as a web server
 */
public record ProbeTarget(String operator, String host, int port, TlsMode tls) {
  public ProbeTarget {
    if (operator.isEmpty() || host.isEmpty()) {
      throw new IllegalArgumentException("a target has an operator and a host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port is not within 1..65535: " + port);
    }
  }
}
