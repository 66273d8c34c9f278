package io.portolan.core.matching;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.Sql;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.matching.Matcher.Found;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps the addresses of erased people out of what comes back later. Holds no state. */
final class ErasedPeople {
  private static final String ANY_ERASED =
      """
      SELECT EXISTS (SELECT FROM suppression WHERE kind = 'hash')
             AND EXISTS (SELECT FROM unnest(?::text[]) AS k (key)
                           JOIN suppression s ON s.kind = 'hash' AND s.value = erased_hash(k.key)) AS erased
      """;

  private ErasedPeople() {}

  /** Whether feedback is about somebody who was erased, by its delivery or by a hash. */
  static boolean areIn(Connection connection, Feedback feedback, Optional<Found> found)
      throws SQLException {
    if (found.isPresent() && found.get().address().isEmpty()) {
      return true;
    }
    List<String> keys =
        addresses(feedback)
            .filter(address -> address.indexOf('\0') < 0)
            .map(EmailAddress::keyOf)
            .distinct()
            .toList();
    return !keys.isEmpty() && Sql.one(connection, ANY_ERASED, row -> row.flag("erased"), keys);
  }

  /** The same feedback without any of the addresses that it names. */
  static StoredFeedback without(Feedback feedback, StoredFeedback kept) {
    String spellings =
        addresses(feedback)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    Optional<Pattern> pattern =
        spellings.isEmpty()
            ? Optional.empty()
            : Optional.of(
                Pattern.compile(spellings, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
    StoredFeedback.Report report = kept.report();
    return new StoredFeedback(
        kept.id(),
        kept.at(),
        kept.source(),
        without(pattern, kept.receivedFrom()),
        kept.kind(),
        kept.feedbackType(),
        kept.match(),
        new StoredFeedback.Report(
            "",
            report.status(),
            report.replyCode(),
            report.category(),
            report.hardness(),
            report.rule(),
            without(pattern, report.diagnostic()),
            report.reportingMta(),
            report.remoteMta()),
        kept.effects());
  }

  private static String without(Optional<Pattern> pattern, String text) {
    return pattern.map(it -> it.matcher(text).replaceAll("[erased]")).orElse(text);
  }

  private static Stream<String> addresses(Feedback feedback) {
    return Stream.concat(
            feedback.recipients().stream().flatMap(Matcher::names),
            feedback.original().to().stream())
        .filter(address -> !address.isEmpty());
  }
}
