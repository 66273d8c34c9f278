package io.portolan.core.relay;

import io.portolan.core.Problems;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The check that a relay passes before it is stored. */
public final class RelayCheck {
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");
  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
              + "(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final int LONGEST_USERNAME = 320;

  private RelayCheck() {}

  /**
   * Checks a relay.
   *
   * @throws io.portolan.core.InvalidException with everything that is wrong, field by field
   */
  public static void check(Relay relay) {
    Problems problems = new Problems();
    find(relay, "", problems);
    problems.throwIfAny("The relay is refused");
  }

  /**
   * Notes what is wrong with a relay.
   *
   * @param place of the relay in its document, such as {@code relays[0]}; empty when it is all of
   *     it
   */
  public static void find(Relay relay, String place, Problems problems) {
    String prefix = place.isEmpty() ? "" : place + ".";
    if (relay.name().equals(Path.DIRECT)) {
      problems.add(prefix + "name", "is direct, which is the route without a relay");
    } else if (!NAME.matcher(relay.name()).matches()) {
      problems.add(
          prefix + "name",
          "must be 1 to 40 lower-case letters, digits and hyphens, not \"" + relay.name() + "\"");
    }
    if (!HOST.matcher(relay.host()).matches()) {
      problems.add(
          prefix + "host",
          "must be a DNS name in lower case, which its certificate bears, not \""
              + relay.host()
              + "\"");
    }
    problems.checkLine(prefix + "username", relay.username(), LONGEST_USERNAME);
    secret(relay, prefix, problems);
    ports(relay, prefix, problems);
  }

  /**
   * Those of some ports that the service which runs a host is known not to have; none when no such
   * service is known.
   */
  public static Set<Integer> notOffered(String host, Collection<Integer> ports) {
    return KnownRelay.of(host)
        .map(
            service ->
                ports.stream()
                    .filter(port -> service.tlsOn(port).isEmpty())
                    .collect(Collectors.toUnmodifiableSet()))
        .orElse(Set.of());
  }

  private static void secret(Relay relay, String prefix, Problems problems) {
    if (relay.needsLogin() && relay.secretRef().isEmpty()) {
      problems.add(
          prefix + "secretRef", "is missing; a username needs a password, " + Secrets.FORM);
    } else if (!relay.needsLogin() && !relay.secretRef().isEmpty()) {
      problems.add(prefix + "username", "is missing; a password needs a username");
    } else if (relay.needsLogin() && !Secrets.isReference(relay.secretRef())) {
      // never quoted: somebody may have put the password itself here
      problems.add(prefix + "secretRef", "must say where the password is, " + Secrets.FORM);
    }
  }

  private static void ports(Relay relay, String prefix, Problems problems) {
    Optional<KnownRelay> known = KnownRelay.of(relay.host());
    Set<Integer> seen = new HashSet<>();
    List<RelayPort> ports = relay.ports();
    for (int i = 0; i < ports.size(); i++) {
      RelayPort port = ports.get(i);
      String field = prefix + "ports[" + i + "]";
      if (!seen.add(port.port())) {
        problems.add(field, "is " + port.port() + ", which is there twice");
      }
      switch (port.tls()) {
        case OPPORTUNISTIC ->
            problems.add(
                field + ".tls",
                "is opportunistic, which is for direct; a relay has starttls or implicit");
        case NONE -> {
          if (relay.needsLogin()) {
            problems.add(
                field + ".tls",
                "is none, but the relay has a login, which never travels without TLS");
          }
        }
        case STARTTLS, IMPLICIT -> {}
      }
      known.ifPresent(service -> published(service, port, field, problems));
    }
  }

  private static void published(
      KnownRelay service, RelayPort port, String field, Problems problems) {
    Optional<TlsMode> tls = service.tlsOn(port.port());
    if (tls.isEmpty()) {
      problems.add(
          field + ".port",
          service.service() + " has no port " + port.port() + "; it offers " + service.offer());
    } else if (tls.get() != port.tls()) {
      problems.add(
          field + ".tls",
          service.service() + " speaks " + tls.get().id() + " on port " + port.port());
    }
  }
}
