package io.portolan.core.matching;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.TokenReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Finds the delivery that feedback is about. Thread-safe; holds no state. */
final class Matcher {
  /** How long after the end of a delivery a recipient alone still points to it. */
  static final Duration WINDOW = Duration.ofDays(7);

  private static final int MOST_DIGITS = 18;

  // locked at once, so that the address is still the one when the feedback is kept: an erasure
  // waits
  private static final String FIND =
      "SELECT id, campaign_id, address FROM delivery WHERE id = ? FOR UPDATE";

  // two are as good as none
  private static final String FIND_BY_RECIPIENT =
      """
      SELECT id, campaign_id, address FROM delivery
       WHERE coalesce(address_key, lower(address)) = ANY (?::text[]) AND state IN ('accepted', 'bounced') AND ended_at BETWEEN ? AND ?
         AND (?::bigint IS NULL OR campaign_id = ?::bigint)
       LIMIT 2
      """;

  private final TokenReader tokens;

  Matcher(TokenReader tokens) {
    this.tokens = tokens;
  }

  /**
   * A delivery that was found.
   *
   * @param address empty when its owner was erased
   */
  record Found(long id, long campaignId, String address, MatchedBy by) {}

  Optional<Found> find(Connection connection, Feedback feedback, Instant at) throws SQLException {
    OriginalMessage original = feedback.original();
    for (String address : original.tokens()) {
      Optional<Found> found =
          byToken(connection, tokens.returnPath(address), MatchedBy.RETURN_PATH);
      if (found.isPresent()) {
        return found;
      }
    }
    if (original.envelopeId().isPresent()) {
      Optional<Found> found =
          byToken(
              connection, tokens.envelopeId(original.envelopeId().get()), MatchedBy.ENVELOPE_ID);
      if (found.isPresent()) {
        return found;
      }
    }
    if (original.messageId().isPresent()) {
      Optional<Found> found =
          byToken(connection, tokens.messageId(original.messageId().get()), MatchedBy.MESSAGE_ID);
      if (found.isPresent()) {
        return found;
      }
    }
    Optional<Long> campaign = original.feedbackId().flatMap(Matcher::campaign);
    if (campaign.isPresent()) {
      Optional<Found> found =
          byRecipient(connection, feedback, at, campaign, MatchedBy.FEEDBACK_ID);
      if (found.isPresent()) {
        return found;
      }
    }
    return byRecipient(connection, feedback, at, Optional.empty(), MatchedBy.RECIPIENT);
  }

  /** A delivery that feedback was matched to before, locked. */
  static Optional<Found> find(Connection connection, long id, MatchedBy by) throws SQLException {
    return Sql.first(connection, FIND, row -> found(row, by), id);
  }

  private static Optional<Found> byToken(Connection connection, OptionalLong id, MatchedBy by)
      throws SQLException {
    return id.isEmpty() ? Optional.empty() : find(connection, id.getAsLong(), by);
  }

  private static Optional<Found> byRecipient(
      Connection connection, Feedback feedback, Instant at, Optional<Long> campaign, MatchedBy by)
      throws SQLException {
    // of a report on several nobody knows which message it is about
    if (feedback.recipients().size() > 1) {
      return Optional.empty();
    }
    List<String> addresses =
        (feedback.recipients().isEmpty()
                ? feedback.original().to().stream()
                : addresses(feedback.recipients().getFirst()))
            .filter(address -> !address.isEmpty() && address.indexOf('\0') < 0)
            .map(EmailAddress::keyOf)
            .distinct()
            .toList();
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    List<Found> found =
        Sql.list(
            connection,
            FIND_BY_RECIPIENT,
            row -> found(row, by),
            addresses,
            at.minus(WINDOW),
            at,
            campaign,
            campaign);
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /** All addresses that a report gives one recipient. */
  static Stream<String> addresses(ReportedRecipient recipient) {
    return names(recipient).filter(name -> name.indexOf('@') > 0);
  }

  /** All names that a report gives one recipient: those of a local user are no addresses. */
  static Stream<String> names(ReportedRecipient recipient) {
    return Stream.concat(Stream.of(recipient.address()), recipient.alternatives().stream());
  }

  /** Our Feedback-ID begins with the campaign's id. */
  private static Optional<Long> campaign(String feedbackId) {
    int colon = feedbackId.indexOf(':');
    String first = feedbackId.substring(0, Math.max(0, colon)).strip();
    return first.matches("[0-9]{1," + MOST_DIGITS + "}")
        ? Optional.of(Long.parseLong(first))
        : Optional.empty();
  }

  private static Found found(Row row, MatchedBy by) throws SQLException {
    return new Found(row.number("id"), row.number("campaign_id"), row.text("address"), by);
  }
}
