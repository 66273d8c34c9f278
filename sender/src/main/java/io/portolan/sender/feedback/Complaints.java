package io.portolan.sender.feedback;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads abuse reports: ARF (RFC 5965, RFC 6591) and the older ones of Microsoft's JMRP. */
final class Complaints {
  private static final String JMRP = "x-hmxmroriginalrecipient";

  private Complaints() {}

  /** What a report is: its kind, the type that it names, and whose mail it is about. */
  record Complaint(FeedbackKind kind, String type, List<ReportedRecipient> recipients) {
    Complaint {
      recipients = List.copyOf(recipients);
    }
  }

  /** Reads the fields of a feedback report; without it an original message that JMRP sent back. */
  static Optional<Complaint> read(Optional<Headers> report, Headers original) {
    if (report.isPresent()) {
      String type = report.get().text("feedback-type").strip().toLowerCase(Locale.ROOT);
      if (!type.isEmpty()) {
        return Optional.of(
            new Complaint(
                FeedbackKind.ofFeedbackType(type), type, recipients(report.get(), original)));
      }
    }
    return original.has(JMRP)
        ? Optional.of(new Complaint(FeedbackKind.COMPLAINT, "abuse", named(original.all(JMRP))))
        : Optional.empty();
  }

  private static List<ReportedRecipient> recipients(Headers report, Headers original) {
    for (String name : List.of("original-rcpt-to", "removal-recipient", "original-recipient")) {
      List<ReportedRecipient> found = named(report.all(name));
      if (!found.isEmpty()) {
        return found;
      }
    }
    for (String name : List.of(JMRP, "x-original-to", "delivered-to", "to", "cc")) {
      List<ReportedRecipient> found = named(original.all(name));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static List<ReportedRecipient> named(List<String> values) {
    Set<String> addresses = new LinkedHashSet<>();
    for (String value : values) {
      MailAddresses.in(Headers.decodedWords(value)).stream()
          .map(MailAddresses.Found::address)
          .forEach(addresses::add);
    }
    return addresses.stream()
        .map(each -> new ReportedRecipient(each, List.of(), Optional.empty(), Optional.empty()))
        .toList();
  }
}
