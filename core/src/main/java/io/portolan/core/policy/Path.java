package io.portolan.core.policy;

/**
 * A way out: route, port and TLS mode. The unit of choice, of health and of reporting.
 *
 * @param route {@value #DIRECT} or the name of a relay
 * @param port the TCP port; direct has only 25
 */
public record Path(String route, int port, TlsMode tls) {
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

  public boolean isDirect() {
    return route.equals(DIRECT);
  }

  /** Such as {@code direct:25} or {@code ses:587}. */
  public String label() {
    return route + ":" + port;
  }
}
