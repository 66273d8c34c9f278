package io.portolan.api.dns;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.StoredFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What people should know of the DNS of a campaign's sending domain when they launch it, from what
 * the last checks found: that its mail is not signed, that its key is no good, that it fails DMARC.
 */
public final class LaunchNote {
  private final DnsHealthStore store;

  public LaunchNote(DnsHealthStore store) {
    this.store = store;
  }

  /** The note on a From address; empty where nothing is known to be wrong. */
  public Optional<String> of(String fromAddress) {
    Domain domain;
    try {
      domain = EmailAddress.parse(fromAddress).domain();
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
    List<String> wrong = new ArrayList<>();
    find(domain, DnsCheck.SIGNING)
        .filter(each -> each.status() != DnsStatus.OK)
        .ifPresent(each -> wrong.add(words(each)));
    key(domain).filter(LaunchNote::isError).ifPresent(each -> wrong.add(words(each)));
    find(domain, DnsCheck.DMARC)
        .filter(LaunchNote::isError)
        .ifPresent(each -> wrong.add(words(each)));
    return wrong.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join(" ", wrong) + " \"portolan dns\" says what to do.");
  }

  /** The finding on the key that signs: the domain's own, or that of the nearest domain above. */
  private Optional<DnsFinding> key(Domain domain) {
    return find(domain, DnsCheck.DKIM).or(() -> domain.parent().flatMap(this::key));
  }

  private Optional<DnsFinding> find(Domain domain, DnsCheck check) {
    return store
        .latest(new DnsHealthStore.Filter(Optional.of(domain.name()), Optional.empty()))
        .stream()
        .map(StoredFinding::finding)
        .filter(finding -> finding.check() == check)
        .findFirst();
  }

  private static boolean isError(DnsFinding finding) {
    return finding.status() == DnsStatus.ERROR;
  }

  private static String words(DnsFinding finding) {
    return "DNS of " + finding.subject() + ": " + finding.meaning();
  }
}
