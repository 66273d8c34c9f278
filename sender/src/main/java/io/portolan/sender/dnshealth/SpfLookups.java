package io.portolan.sender.dnshealth;

import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Counts what a receiver has to ask for to read the whole of an SPF record, and finds what makes it
 * give up (RFC 7208 section 4.6.4). Not thread-safe.
 */
final class SpfLookups {
  /** A receiver stops here. */
  static final int MOST_LOOKUPS = 10;

  /** And here, for lookups that find nothing. */
  static final int MOST_VOID = 2;

  // enough to say by how much a record is over; a hostile one costs no more
  private static final int MOST_FOLLOWED = 40;
  private static final int MOST_MX = 10;

  private final RecordLookup dns;
  private final List<String> problems = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int lookups;
  private int voids;
  private boolean usesPtr;

  SpfLookups(RecordLookup dns) {
    this.dns = dns;
  }

  /**
   * Follows the record of a domain.
   *
   * @return the {@code all} that decides about whom nothing matches
   */
  Optional<SpfRecord.Mechanism> follow(String domain, SpfRecord record)
      throws InterruptedException {
    Set<String> chain = new LinkedHashSet<>();
    chain.add(domain);
    return follow(domain, record, chain);
  }

  /** Lookups so far; a little over {@value #MOST_LOOKUPS} it stops to count. */
  int lookups() {
    return lookups;
  }

  int voids() {
    return voids;
  }

  /** What makes receivers give up, beside the counts. */
  List<String> problems() {
    return problems;
  }

  /** What the DNS did not answer. */
  List<String> failures() {
    return failures;
  }

  /** Whether it has the {@code ptr} mechanism, which RFC 7208 section 5.5 advises against. */
  boolean usesPtr() {
    return usesPtr;
  }

  private Optional<SpfRecord.Mechanism> follow(String domain, SpfRecord record, Set<String> chain)
      throws InterruptedException {
    for (String mistake : record.mistakes()) {
      problems.add("\"" + mistake + "\" in the record of " + domain + " is no term of SPF");
    }
    for (SpfRecord.Mechanism mechanism : record.mechanisms()) {
      if (lookups > MOST_FOLLOWED) {
        return Optional.empty();
      }
      ask(domain, mechanism, chain);
    }
    Optional<SpfRecord.Mechanism> all = record.all();
    if (all.isPresent() || record.redirect().isEmpty()) {
      return all;
    }
    lookups++;
    return into(record.redirect().get(), "redirect=", chain);
  }

  private void ask(String domain, SpfRecord.Mechanism mechanism, Set<String> chain)
      throws InterruptedException {
    String name = mechanism.value().isEmpty() ? domain : mechanism.value();
    switch (mechanism.name()) {
      case "include" -> {
        lookups++;
        into(name, "include:", chain);
      }
      case "a" -> {
        lookups++;
        if (!mechanism.hasMacro()) {
          ask(name, RecordType.A, RecordType.AAAA);
        }
      }
      case "exists" -> {
        lookups++;
        if (!mechanism.hasMacro()) {
          ask(name, RecordType.A);
        }
      }
      case "mx" -> {
        lookups++;
        if (!mechanism.hasMacro() && ask(name, RecordType.MX).size() > MOST_MX) {
          problems.add(name + " has more than " + MOST_MX + " MX records, more than SPF reads");
        }
      }
      case "ptr" -> {
        lookups++;
        usesPtr = true;
      }
      default -> {} // all, ip4 and ip6 need no lookup
    }
  }

  private Optional<SpfRecord.Mechanism> into(String name, String how, Set<String> chain)
      throws InterruptedException {
    if (name.indexOf('%') >= 0 || lookups > MOST_FOLLOWED) {
      return Optional.empty();
    }
    if (!chain.add(name)) {
      problems.add(how + name + " leads back to itself");
      return Optional.empty();
    }
    try {
      List<String> records = ask(name, RecordType.TXT).stream().filter(SpfRecord::isSpf).toList();
      if (records.size() == 1) {
        return follow(name, SpfRecord.parse(records.getFirst()), chain);
      }
      if (failures.isEmpty()) {
        problems.add(
            how
                + name
                + (records.isEmpty() ? " has no SPF record" : " has more than one SPF record"));
      }
      return Optional.empty();
    } finally {
      chain.remove(name);
    }
  }

  /** The records of one lookup; void where there are none of any of the types. */
  private List<String> ask(String name, RecordType... types) throws InterruptedException {
    List<String> values = new ArrayList<>();
    boolean hasFailed = false;
    for (RecordType type : types) {
      switch (dns.ask(name, type)) {
        case RecordAnswer.Found(List<String> found) -> values.addAll(found);
        case RecordAnswer.None _ -> {}
        case RecordAnswer.Failed(String detail) -> {
          hasFailed = true;
          failures.add(name + ": " + detail);
        }
      }
    }
    if (values.isEmpty() && !hasFailed) {
      voids++;
    }
    return values;
  }
}
