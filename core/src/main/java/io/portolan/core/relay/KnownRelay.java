package io.portolan.core.relay;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.policy.TlsMode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A relay service whose ports are published.
 *
 * @param hosts patterns of its host names
 * @param ports all that it offers
 * @param events the form of its events, if there is a webhook for it
 */
record KnownRelay(
    String service, List<Pattern> hosts, List<RelayPort> ports, Optional<String> events) {
  private static final List<String> COLUMNS =
      List.of("service", "hosts", "starttls", "implicit", "events", "source");
  private static final List<KnownRelay> ALL =
      CsvTable.resource(KnownRelay.class, "known-relays.csv", COLUMNS).rows().stream()
          .map(KnownRelay::read)
          .toList();

  KnownRelay {
    hosts = List.copyOf(hosts);
    ports = List.copyOf(ports);
  }

  /** The service that runs a host, if it is known. */
  static Optional<KnownRelay> of(String host) {
    return ALL.stream()
        .filter(known -> known.hosts.stream().anyMatch(pattern -> pattern.matcher(host).matches()))
        .findFirst();
  }

  static List<String> services() {
    return ALL.stream().map(KnownRelay::service).toList();
  }

  Optional<TlsMode> tlsOn(int port) {
    return ports.stream().filter(each -> each.port() == port).map(RelayPort::tls).findFirst();
  }

  /** Such as {@code 25, 587, 2525 (starttls)}. */
  String offer() {
    return Stream.of(TlsMode.STARTTLS, TlsMode.IMPLICIT)
        .map(
            mode ->
                ports.stream()
                    .filter(port -> port.tls() == mode)
                    .map(port -> String.valueOf(port.port()))
                    .collect(Collectors.joining(", ", "", " (" + mode.id() + ")")))
        .filter(text -> !text.startsWith(" "))
        .collect(Collectors.joining(" and "));
  }

  private static KnownRelay read(CsvRow row) {
    return new KnownRelay(
        row.required("service"),
        row.list("hosts").stream().map(KnownRelay::pattern).toList(),
        Stream.concat(
                row.list("starttls").stream()
                    .map(port -> new RelayPort(Integer.parseInt(port), TlsMode.STARTTLS)),
                row.list("implicit").stream()
                    .map(port -> new RelayPort(Integer.parseInt(port), TlsMode.IMPLICIT)))
            .toList(),
        row.list("events").stream().findFirst());
  }

  private static Pattern pattern(String host) {
    return Pattern.compile(host.replace(".", "\\.").replace("*", "[^.]+"));
  }
}
