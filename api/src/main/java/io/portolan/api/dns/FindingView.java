package io.portolan.api.dns;

import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.dnshealth.StoredFinding;
import java.time.Instant;
import java.util.Optional;

/**
 * A finding as the API shows it.
 *
 * @param known the last status that was not unknown; empty where the finding is not stored
 */
record FindingView(
    String subject,
    String check,
    String status,
    String seen,
    String meaning,
    String advice,
    Optional<String> known,
    Optional<Instant> since,
    Optional<Instant> checkedAt) {

  static FindingView of(DnsFinding finding) {
    return of(finding, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static FindingView of(StoredFinding stored) {
    return of(
        stored.finding(),
        Optional.of(stored.known().id()),
        Optional.of(stored.since()),
        Optional.of(stored.checkedAt()));
  }

  private static FindingView of(
      DnsFinding finding,
      Optional<String> known,
      Optional<Instant> since,
      Optional<Instant> checkedAt) {
    return new FindingView(
        finding.subject(),
        finding.check().id(),
        finding.status().id(),
        finding.seen(),
        finding.meaning(),
        finding.advice(),
        known,
        since,
        checkedAt);
  }

  /** A change of a check's status. */
  record Change(
      long id,
      Instant at,
      String subject,
      String check,
      String from,
      String to,
      String seen,
      String meaning,
      String advice) {
    static Change of(FindingChange change) {
      DnsFinding finding = change.finding();
      return new Change(
          change.id(),
          change.at(),
          finding.subject(),
          finding.check().id(),
          change.from().id(),
          finding.status().id(),
          finding.seen(),
          finding.meaning(),
          finding.advice());
    }
  }
}
