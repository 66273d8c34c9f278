package io.portolan.core.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Routes of a test: ses with a login, and lan, a relay in the same network without. */
final class TestRoutes implements Routes {
  private record TestRoute(
      String name, boolean needsLogin, SequencedMap<Integer, TlsMode> tlsByPort) implements Route {}

  private final Map<String, TestRoute> routes =
      Map.of(
          "ses", route("ses", true, Map.of(465, TlsMode.IMPLICIT, 587, TlsMode.STARTTLS)),
          "lan", route("lan", false, Map.of(25, TlsMode.NONE)),
          "odd", route("odd", true, Map.of(25, TlsMode.NONE)));

  @Override
  public Optional<? extends Route> find(String name) {
    return Optional.ofNullable(routes.get(name));
  }

  private static TestRoute route(String name, boolean needsLogin, Map<Integer, TlsMode> ports) {
    SequencedMap<Integer, TlsMode> sorted = new LinkedHashMap<>();
    ports.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(port -> sorted.put(port.getKey(), port.getValue()));
    return new TestRoute(name, needsLogin, sorted);
  }
}
