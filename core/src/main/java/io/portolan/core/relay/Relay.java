package io.portolan.core.relay;

import java.util.List;

/**
 * A smarthost that takes mail for any recipient.
 *
 * @param name unique, lower-case letters, digits and hyphens; not {@code direct}
 * @param host a DNS name, also the name its certificate must bear
 * @param username empty when the relay needs no login
 * @param secretRef where the password is: {@code env:NAME} or {@code file:PATH}; empty without
 *     login
 * @param ports what it offers, at least one
 */
public record Relay(
    String name, String host, String username, String secretRef, List<RelayPort> ports) {
  public Relay {
    ports = List.copyOf(ports);
    if (ports.isEmpty()) {
      throw new IllegalArgumentException("relay " + name + " offers no port");
    }
  }

  public boolean needsLogin() {
    return !username.isEmpty();
  }
}
