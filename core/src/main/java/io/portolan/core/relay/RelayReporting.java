package io.portolan.core.relay;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Says what each relay tells of the mail that it took, by what is configured here: nobody can know
 * what is set at the relay. Thread-safe.
 */
public final class RelayReporting {
  /** The form of events that is no service's own. */
  private static final String GENERIC = "generic";

  private final Relays relays;
  private final List<EventWay> ways;
  private final boolean takesBounces;

  /**
   * A way by which a relay's events come.
   *
   * @param vendor whose form they have, such as {@code ses} or {@code generic}
   * @param relay whose events they are; empty for those relays whose host is the vendor's, and of
   *     {@code generic} for those whose host is of no service with a form of its own
   */
  public record EventWay(String vendor, Optional<String> relay) {}

  /**
   * @param takesBounces whether mail to the return path comes back to this installation
   */
  public RelayReporting(Relays relays, List<EventWay> ways, boolean takesBounces) {
    this.relays = relays;
    this.ways = List.copyOf(ways);
    this.takesBounces = takesBounces;
  }

  /** Of these relays those whose events come here, and those that a way names. */
  public Set<String> byEvents(Collection<String> names) {
    Set<String> all = new TreeSet<>(names);
    ways.forEach(way -> way.relay().ifPresent(all::add));
    all.removeIf(name -> of(name) != RelayReports.EVENTS);
    return all;
  }

  /** What the relay of a name tells; it need not be there any more. */
  public RelayReports of(String name) {
    if (ways.stream().anyMatch(way -> way.relay().map(name::equals).orElse(false))) {
      return RelayReports.EVENTS;
    }
    Optional<Relay> relay = relays.find(name);
    if (relay.isEmpty()) {
      return RelayReports.UNKNOWN;
    }
    String host = relay.get().host();
    String vendor = KnownRelay.of(host).flatMap(KnownRelay::events).orElse(GENERIC);
    if (ways.stream().anyMatch(way -> way.relay().isEmpty() && way.vendor().equals(vendor))) {
      return RelayReports.EVENTS;
    }
    // who replaces the return path gets the bounces
    return takesBounces && MetadataHeader.ofHost(host).isEmpty()
        ? RelayReports.BOUNCES
        : RelayReports.NOTHING;
  }
}
