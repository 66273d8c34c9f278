package io.portolan.core.matching;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.matching.Matcher.Found;
import java.util.List;
import java.util.Optional;

/** Whom a report names, held against the recipient of the delivery that it is about. */
enum Named {
  /**
   * The recipient, or nobody at all; or, alone in a report to the delivery's own return path, a
   * name without a domain or another at the domain that was sent to.
   */
  RECIPIENT,
  /**
   * One address of another domain, in a report to the delivery's own return path: the message was
   * handed on to there, and did not arrive. Of the recipient's mailbox that says nothing.
   */
  ELSEWHERE,
  /** Somebody else, so that the report is forged, or about another's copy. */
  ANOTHER;

  static Named of(Feedback feedback, Optional<ReportedRecipient> recipient, Found delivery) {
    boolean isNameless =
        recipient.stream().flatMap(Matcher::names).allMatch(String::isEmpty)
            && feedback.recipients().size() <= 1;
    // whom an erased one was to nobody knows any more
    if (delivery.address().isEmpty()
        || isNameless
        || recipient.filter(each -> isOf(each, delivery)).isPresent()) {
      return RECIPIENT;
    }
    // a message has one recipient: who reports on more has another's
    if (delivery.by() != MatchedBy.RETURN_PATH || feedback.recipients().size() != 1) {
      return ANOTHER;
    }
    List<String> addresses = recipient.stream().flatMap(Matcher::addresses).toList();
    String domain = EmailAddress.parse(delivery.address()).domain().name();
    return addresses.isEmpty() || addresses.stream().anyMatch(address -> isWithin(address, domain))
        ? RECIPIENT
        : ELSEWHERE;
  }

  /** Whether a reported recipient is the one that a delivery is to. */
  static boolean isOf(ReportedRecipient recipient, Found delivery) {
    return Matcher.addresses(recipient)
        .anyMatch(
            address -> EmailAddress.keyOf(address).equals(EmailAddress.keyOf(delivery.address())));
  }

  private static boolean isWithin(String address, String domain) {
    try {
      String name = new Domain(address.substring(address.lastIndexOf('@') + 1)).name();
      return name.equals(domain) || name.endsWith("." + domain);
    } catch (InvalidAddressException e) {
      return false;
    }
  }
}
