package io.portolan.metrics.reputation;

import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.StoredFinding;
import io.portolan.metrics.report.Counts;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The points of what the DNS says: {@code 100 - 50 × errors - 10 × warnings}, at least 0, by the
 * last known status of the checks that are about a sender. Immutable.
 */
final class DnsIdentity {
  private static final double ERROR = 50;
  private static final double WARNING = 10;

  private final List<StoredFinding> findings;

  DnsIdentity(List<StoredFinding> findings) {
    this.findings = List.copyOf(findings);
  }

  ComponentScore score(SignalKey key) {
    List<StoredFinding> about =
        about(key).filter(each -> each.known() != DnsStatus.UNKNOWN).toList();
    if (about.isEmpty()) {
      return ComponentScore.of(Component.DNS_IDENTITY, key, Counts.NONE);
    }
    List<String> bad = new ArrayList<>();
    double points = Score.BEST;
    for (StoredFinding each : about) {
      if (each.known() != DnsStatus.OK) {
        points -= each.known() == DnsStatus.ERROR ? ERROR : WARNING;
        bad.add(
            each.finding().check().id()
                + " of "
                + each.finding().subject()
                + ": "
                + each.known().id());
      }
    }
    return new ComponentScore(
        Component.DNS_IDENTITY,
        Rate.of(0, 0),
        Optional.of(Score.exactly(Math.max(0, points))),
        bad.isEmpty()
            ? "all well in " + Figures.number(about.size()) + " checks"
            : String.join("; ", bad));
  }

  /** The findings about a sender. A relay's addresses and names are the relay's to look after. */
  private Stream<StoredFinding> about(SignalKey key) {
    Stream<StoredFinding> ofDomain = Stream.of();
    if (!key.domain().isEmpty()) {
      ofDomain =
          Stream.of(DnsCheck.SIGNING, DnsCheck.DMARC, DnsCheck.BLOCKLIST)
              .flatMap(check -> find(check, key.domain()).stream());
    }
    Stream<StoredFinding> all = Stream.concat(ofDomain, key(key.domain()).stream());
    return key.isByRelay() ? all : Stream.concat(all, ofSource(key.source()));
  }

  private Stream<StoredFinding> ofSource(String source) {
    boolean isKnown = find(DnsCheck.PTR, source).isPresent();
    // behind NAT the local address is not the one that was checked: then all that were count
    List<String> addresses =
        isKnown
            ? List.of(source)
            : findings.stream()
                .map(StoredFinding::finding)
                .filter(each -> each.check() == DnsCheck.PTR)
                .map(DnsFinding::subject)
                .toList();
    return findings.stream()
        .filter(
            each ->
                switch (each.finding().check()) {
                  case SPF, HELO -> true;
                  case PTR, BLOCKLIST -> addresses.contains(each.finding().subject());
                  case MX, DKIM, SIGNING, DMARC -> false;
                });
  }

  /** The finding on the key that signs: the domain's own, or that of the nearest domain above. */
  private Optional<StoredFinding> key(String domain) {
    Optional<StoredFinding> own = find(DnsCheck.DKIM, domain);
    return own.isPresent() ? own : parent(domain).flatMap(this::key);
  }

  private static Optional<String> parent(String domain) {
    try {
      return Domain.parse(domain).parent().map(Domain::name);
    } catch (InvalidAddressException e) {
      return Optional.empty(); // the campaign is gone, or its From address never was one
    }
  }

  private Optional<StoredFinding> find(DnsCheck check, String subject) {
    return findings.stream()
        .filter(each -> each.finding().check() == check && each.finding().subject().equals(subject))
        .findFirst();
  }
}
