package io.portolan.core.relay;

import io.portolan.core.policy.Route;
import io.portolan.core.policy.TlsMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

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
    String name, String host, String username, String secretRef, List<RelayPort> ports)
    implements Route {
  public Relay {
    ports = List.copyOf(ports);
    if (ports.isEmpty()) {
      throw new IllegalArgumentException("relay " + name + " offers no port");
    }
  }

  /** The service that runs it, such as {@code Amazon SES}, if its host is of one that is known. */
  public Optional<String> service() {
    return KnownRelay.of(host).map(KnownRelay::service);
  }

  /** The names of the services that are known. */
  public static List<String> services() {
    return KnownRelay.services();
  }

  @Override
  public boolean needsLogin() {
    return !username.isEmpty();
  }

  @Override
  public SequencedMap<Integer, TlsMode> tlsByPort() {
    SequencedMap<Integer, TlsMode> byPort = new LinkedHashMap<>();
    ports.forEach(port -> byPort.put(port.port(), port.tls()));
    return byPort;
  }
}
