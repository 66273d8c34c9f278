package io.portolan.sender.simulation;

import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordType;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The DNS of a simulated network, in memory. A name without any record does not exist; names
 * compare without regard to case and to a trailing dot.
 *
 * <p>Thread-safe; changes hold for the next lookup.
 */
public final class SimulatedDns {
  /** What a lookup found. */
  public sealed interface Answer<R> {
    /** At least one record. */
    record Found<R>(List<R> records) implements Answer<R> {
      public Found {
        records = List.copyOf(records);
      }
    }

    /** NOERROR without a record of the type: the name exists. */
    record NoData<R>() implements Answer<R> {}

    /** NXDOMAIN. */
    record NoSuchName<R>() implements Answer<R> {}

    /** SERVFAIL. */
    record ServerFailure<R>() implements Answer<R> {}
  }

  /** An MX record; the null MX of RFC 7505 has preference 0 and an empty host. */
  public record Mx(int preference, String host) {
    public boolean isNull() {
      return host.isEmpty();
    }
  }

  private static final class Zone {
    private final List<Mx> mx = new CopyOnWriteArrayList<>();
    private final List<InetAddress> addresses = new CopyOnWriteArrayList<>();
    private final List<String> texts = new CopyOnWriteArrayList<>();
  }

  private final Map<String, Zone> zones = new ConcurrentHashMap<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> lookups = new ConcurrentHashMap<>();

  SimulatedDns() {}

  /** Adds an MX record. */
  public void addMx(String domain, int preference, String host) {
    zone(domain).mx.add(new Mx(preference, key(host)));
  }

  /** Says that the domain takes no mail, RFC 7505: its MX records give way to the null MX. */
  public void nullMx(String domain) {
    Zone zone = zone(domain);
    zone.mx.clear();
    zone.mx.add(new Mx(0, ""));
  }

  /** Adds an address record. */
  public void addAddress(String host, InetAddress address) {
    zone(host).addresses.add(address);
  }

  /** Adds a TXT record. */
  public void addText(String name, String text) {
    zone(name).texts.add(text);
  }

  /** Removes every record of the name, which exists no more. */
  public void remove(String name) {
    zones.remove(key(name));
  }

  /** Answers SERVFAIL for the name, whatever its records, until told otherwise. */
  public void failing(String name, boolean fails) {
    if (fails) {
      failing.add(key(name));
    } else {
      failing.remove(key(name));
    }
  }

  /** The MX records by rising preference, equal ones in the order they were added. */
  public Answer<Mx> mx(String domain) {
    Answer<Mx> answer = lookup(domain, zone -> zone.mx.stream());
    return answer instanceof Answer.Found<Mx>(List<Mx> records)
        ? new Answer.Found<>(
            records.stream().sorted(Comparator.comparingInt(Mx::preference)).toList())
        : answer;
  }

  /** The address records. */
  public Answer<InetAddress> addresses(String host) {
    return lookup(host, zone -> zone.addresses.stream());
  }

  /** The TXT records, each as one string. */
  public Answer<String> texts(String name) {
    return lookup(name, zone -> zone.texts.stream());
  }

  /** The records of any type, as the DNS would have them; names of addresses it has none. */
  public RecordAnswer records(String name, RecordType type) {
    return switch (type) {
      case TXT -> answer(texts(name), text -> text);
      case MX -> answer(mx(name), each -> each.preference() + " " + each.host());
      case A -> addresses(name, Inet4Address.class);
      case AAAA -> addresses(name, Inet6Address.class);
      case PTR -> new RecordAnswer.Failed("the simulated network names no addresses");
    };
  }

  private RecordAnswer addresses(String name, Class<? extends InetAddress> family) {
    RecordAnswer all = answer(addresses(name), InetAddress::getHostAddress);
    if (!(all instanceof RecordAnswer.Found(List<String> values))) {
      return all;
    }
    List<String> wanted =
        values.stream().filter(value -> family.isInstance(InetAddress.ofLiteral(value))).toList();
    return wanted.isEmpty() ? new RecordAnswer.None(true) : new RecordAnswer.Found(wanted);
  }

  private static <R> RecordAnswer answer(Answer<R> answer, Function<R, String> text) {
    return switch (answer) {
      case Answer.Found<R>(List<R> records) ->
          new RecordAnswer.Found(records.stream().map(text).toList());
      case Answer.NoData<R> _ -> new RecordAnswer.None(true);
      case Answer.NoSuchName<R> _ -> new RecordAnswer.None(false);
      case Answer.ServerFailure<R> _ -> new RecordAnswer.Failed("SERVFAIL for the name");
    };
  }

  /** How many lookups of any type asked for the name; dialing a host by name counts too. */
  public int lookups(String name) {
    return lookups.getOrDefault(key(name), 0);
  }

  private interface Records<R> {
    Stream<R> of(Zone zone);
  }

  private <R> Answer<R> lookup(String name, Records<R> type) {
    String key = key(name);
    lookups.merge(key, 1, Integer::sum);
    if (failing.contains(key)) {
      return new Answer.ServerFailure<>();
    }
    Zone zone = zones.get(key);
    if (zone == null) {
      return new Answer.NoSuchName<>();
    }
    List<R> records = type.of(zone).toList();
    return records.isEmpty() ? new Answer.NoData<>() : new Answer.Found<>(records);
  }

  private Zone zone(String name) {
    return zones.computeIfAbsent(key(name), ignored -> new Zone());
  }

  static String key(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
