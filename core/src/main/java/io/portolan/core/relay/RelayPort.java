package io.portolan.core.relay;

import io.portolan.core.policy.TlsMode;

/** A port that a relay offers and the TLS mode that it speaks there. */
public record RelayPort(int port, TlsMode tls) {
  public RelayPort {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port is not within 1..65535: " + port);
    }
  }
}
