package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The SPF record of the bounce domain, by which receivers know our addresses (RFC 7208). */
final class SpfCheck {
  private final RecordLookup dns;

  SpfCheck(RecordLookup dns) {
    this.dns = dns;
  }

  DnsFinding check(Domain domain, String heloName, Set<InetAddress> sources)
      throws InterruptedException {
    Findings findings = new Findings(domain.name(), DnsCheck.SPF);
    RecordLookup asked = new RememberedLookup(dns);
    return switch (asked.ask(domain.name(), RecordType.TXT)) {
      case RecordAnswer.Failed(String detail) ->
          findings.unknown("Whether " + domain + " has an SPF record is not known", detail);
      case RecordAnswer.None _ -> missing(findings, domain, sources);
      case RecordAnswer.Found(List<String> texts) -> {
        List<String> records = texts.stream().filter(SpfRecord::isSpf).toList();
        yield switch (records.size()) {
          case 0 -> missing(findings, domain, sources);
          case 1 ->
              new Reading(findings, domain, records.getFirst(), asked).judge(heloName, sources);
          default ->
              findings.error(
                  String.join(" | ", records),
                  "There are "
                      + records.size()
                      + " SPF records; with more than one receivers count none (RFC 7208 section 4.5).",
                  "Join them into one record and remove the others.");
        };
      }
    };
  }

  private static DnsFinding missing(Findings findings, Domain domain, Set<InetAddress> sources) {
    return findings.error(
        "",
        "The bounce domain has no SPF record, so receivers cannot tell that mail with its return"
            + " path is yours.",
        "Publish a TXT record at " + domain + ": \"v=spf1" + terms(sources) + " -all\".");
  }

  /** The terms that would name some addresses. */
  private static String terms(Set<InetAddress> sources) {
    StringBuilder terms = new StringBuilder();
    sources.stream()
        .map(
            source ->
                (source.getAddress().length == 4 ? " ip4:" : " ip6:") + source.getHostAddress())
        .sorted()
        .forEach(terms::append);
    return terms.isEmpty() ? " ip4:YOUR-ADDRESS" : terms.toString();
  }

  /** One record and what it is found to be. */
  private record Reading(Findings findings, Domain domain, String record, RecordLookup dns) {

    DnsFinding judge(String heloName, Set<InetAddress> sources) throws InterruptedException {
      SpfLookups lookups = new SpfLookups(dns);
      Optional<SpfRecord.Mechanism> all = lookups.follow(domain.name(), SpfRecord.parse(record));
      Optional<DnsFinding> broken = broken(lookups);
      if (broken.isPresent()) {
        return broken.get();
      }
      if (!lookups.failures().isEmpty()) {
        return findings.unknown(
            "The SPF record of " + domain + " cannot be followed to its end",
            lookups.failures().getFirst());
      }
      return coverage(heloName, sources).or(() -> end(all)).orElseGet(() -> good(lookups, sources));
    }

    private Optional<DnsFinding> broken(SpfLookups lookups) {
      if (!lookups.problems().isEmpty()) {
        return Optional.of(
            findings.error(
                record,
                "Receivers cannot use the record: "
                    + String.join("; ", lookups.problems().stream().limit(5).toList())
                    + ".",
                "Correct it, or take the term out."));
      }
      if (lookups.lookups() > SpfLookups.MOST_LOOKUPS) {
        return Optional.of(
            findings.error(
                record,
                "Reading the record takes "
                    + lookups.lookups()
                    + " lookups or more; receivers stop after "
                    + SpfLookups.MOST_LOOKUPS
                    + " and then count the record as broken (RFC 7208 section 4.6.4).",
                "Take out services that send no mail for you, or name addresses by ip4 and ip6,"
                    + " which need no lookup."));
      }
      if (lookups.voids() > SpfLookups.MOST_VOID) {
        return Optional.of(
            findings.error(
                record,
                lookups.voids()
                    + " of its lookups find nothing; receivers stop after "
                    + SpfLookups.MOST_VOID
                    + " and then count the record as broken (RFC 7208 section 4.6.4).",
                "Take out the names that are no more."));
      }
      return Optional.empty();
    }

    private Optional<DnsFinding> coverage(String heloName, Set<InetAddress> sources) {
      List<String> uncovered = new ArrayList<>();
      List<String> unknown = new ArrayList<>();
      SpfEvaluation evaluation = new SpfEvaluation(dns);
      for (InetAddress source : sources) {
        String result = evaluation.result(source, domain, heloName);
        switch (result) {
          case "pass" -> {}
          case "temperror" -> unknown.add(source.getHostAddress());
          default -> uncovered.add(source.getHostAddress() + " (" + result + ")");
        }
      }
      if (!uncovered.isEmpty()) {
        return Optional.of(
            findings.error(
                record,
                "Mail comes from addresses that the record does not allow: "
                    + String.join(", ", uncovered.stream().sorted().toList())
                    + ". Receivers take it for forged.",
                "Add a term for each, such as ip4:ADDRESS, before its end."));
      }
      return unknown.isEmpty()
          ? Optional.empty()
          : Optional.of(
              findings.unknown(
                  "Whether the record allows " + String.join(", ", unknown) + " is not known",
                  "a lookup failed"));
    }

    private Optional<DnsFinding> end(Optional<SpfRecord.Mechanism> all) {
      if (all.isEmpty()) {
        return Optional.of(
            findings.warning(
                record,
                "The record says nothing of addresses that it does not name, so it protects from no"
                    + " forgery.",
                "End it with -all, or with ~all while you are not sure that it is complete."));
      }
      return switch (all.get().qualifier()) {
        case '+' ->
            Optional.of(
                findings.error(
                    record,
                    "The record ends in +all: it allows every host on earth to send as you, which"
                        + " receivers take as a sign of spam.",
                    "End it with -all or ~all."));
        case '?' ->
            Optional.of(
                findings.warning(
                    record,
                    "The record ends in ?all: it says nothing of addresses that it does not name.",
                    "End it with -all or ~all."));
        default -> Optional.empty();
      };
    }

    private DnsFinding good(SpfLookups lookups, Set<InetAddress> sources) {
      String counts =
          "One record, " + lookups.lookups() + " of " + SpfLookups.MOST_LOOKUPS + " lookups. ";
      if (lookups.usesPtr()) {
        return findings.warning(
            record,
            counts + "It uses ptr, which is slow and which some receivers ignore.",
            "Name the addresses by ip4 and ip6 instead (RFC 7208 section 5.5).");
      }
      return sources.isEmpty()
          ? findings.of(
              DnsStatus.OK,
              record,
              counts
                  + "No public source address is known here, so whether it allows yours was not"
                  + " checked.",
              "Set dns-health.addresses to the addresses that receivers see. Where mail leaves by a"
                  + " relay, add the relay's include to the record.")
          : findings.ok(record, counts + "It allows every source address.");
    }
  }
}
