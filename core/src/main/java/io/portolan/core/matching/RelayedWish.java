package io.portolan.core.matching;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionRows;
import io.portolan.core.suppression.SuppressionScope;
import io.portolan.core.suppression.SuppressionTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Heeds a person's wish that a relay's event tells of without a token of ours. The call's signature
 * proves that the relay says so, and the relay knows who complained or unsubscribed; of which of
 * our messages nobody knows, so that nothing is counted, and the wish holds for all mail. No other
 * way in is proved: whoever writes a mail may name any address. Holds no state.
 */
final class RelayedWish {
  private RelayedWish() {}

  static Set<Effect> heed(Connection connection, Arrival arrival) throws SQLException {
    Optional<SuppressionReason> reason = reason(arrival);
    // of several the relay only guesses that one of them complained
    List<ReportedRecipient> named = arrival.feedback().recipients();
    if (reason.isEmpty() || named.size() != 1) {
      return EnumSet.noneOf(Effect.class);
    }
    List<Suppression> suppressions =
        address(named.getFirst()).stream()
            .map(
                address ->
                    new Suppression(
                        new SuppressionTarget.Address(address),
                        SuppressionScope.EVERYTHING,
                        reason.get(),
                        "webhook " + arrival.receivedFrom(),
                        new Suppression.Evidence(
                            arrival.feedback().feedbackType().orElse(reason.get().id()),
                            Optional.empty(),
                            Optional.empty()),
                        "",
                        arrival.at(),
                        Optional.empty()))
            .toList();
    return SuppressionRows.add(connection, suppressions) > 0
        ? EnumSet.of(Effect.SUPPRESSED)
        : EnumSet.noneOf(Effect.class);
  }

  private static Optional<SuppressionReason> reason(Arrival arrival) {
    FeedbackKind kind = arrival.feedback().kind();
    if (arrival.source() != Source.WEBHOOK) {
      return Optional.empty();
    }
    return switch (kind) {
      case COMPLAINT -> Optional.of(SuppressionReason.COMPLAINT);
      case UNSUBSCRIBE -> Optional.of(SuppressionReason.UNSUBSCRIBE);
      case BOUNCE, DELAY, AUTH_REPORT, AUTO_REPLY, DELIVERED, NONE -> Optional.empty();
    };
  }

  private static Optional<EmailAddress> address(ReportedRecipient recipient) {
    try {
      return Optional.of(EmailAddress.parse(recipient.address()));
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
  }
}
