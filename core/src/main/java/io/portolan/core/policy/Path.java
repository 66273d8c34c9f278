package io.portolan.core.policy;

/**
 * A way out: route, port, TLS mode and source address. The unit of choice, of health and of
 * reporting.
 *
 * @param route {@value #DIRECT} or the name of a relay
 * @param port the TCP port; direct has only 25
 * @param source the local IP address that sessions come from; empty for the host's own choice
 */
public record Path(String route, int port, TlsMode tls, String source) {
  /** The route to the recipient's own mail exchanger. */
  public static final String DIRECT = "direct";

  public Path {
    if (route.isEmpty()) {
      throw new IllegalArgumentException("route is empty");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port is not within 1..65535: " + port);
    }
  }

  /** A path from the address that the host chooses. */
  public Path(String route, int port, TlsMode tls) {
    this(route, port, tls, "");
  }

  public Path from(String address) {
    return new Path(route, port, tls, address);
  }

  public boolean isDirect() {
    return route.equals(DIRECT);
  }

  /** Such as {@code direct:25}, or {@code ses:587 from 192.0.2.7}. */
  public String label() {
    return route + ":" + port + (source.isEmpty() ? "" : " from " + source);
  }
}
