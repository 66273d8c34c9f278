package io.portolan.core.recorder;

import io.portolan.core.database.CopyRows;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Attempts and path failures as rows, their columns in the order that {@link ResultStore} names.
 */
final class ResultRows {
  /** Columns of {@link #attempts}. */
  private static final int ATTEMPT_COLUMNS = 25;

  /** Columns of {@link #pathFailures}. */
  private static final int PATH_FAILURE_COLUMNS = 15;

  private static final int LONGEST_TEXT = 500;

  private final CopyRows rows;

  private ResultRows(int columns) {
    rows = new CopyRows(columns);
  }

  /**
   * The attempts among the results.
   *
   * @param bare without what peers and policies said in words
   */
  static CopyRows attempts(List<RecordedResult> results, boolean bare) {
    ResultRows copy = new ResultRows(ATTEMPT_COLUMNS);
    for (RecordedResult result : results) {
      result.outcome().attemptMade().ifPresent(attempt -> copy.attempt(result, attempt, bare));
    }
    return copy.rows;
  }

  static CopyRows pathFailures(List<PathFailure> failures) {
    ResultRows copy = new ResultRows(PATH_FAILURE_COLUMNS);
    failures.forEach(copy::pathFailure);
    return copy.rows;
  }

  private void attempt(RecordedResult result, Attempt attempt, boolean bare) {
    ClaimedDelivery delivery = result.delivery();
    Optional<SmtpReply> reply = attempt.reply();
    rows.begin();
    rows.add(attempt.at());
    rows.add(delivery.id());
    rows.addSmall(delivery.attempts() + 1);
    rows.add(result.campaignId());
    rows.add(result.batchId());
    rows.addInteger(result.epoch());
    rows.addInteger(attempt.decision().policyVersion());
    rows.addInteger(attempt.path().port());
    reply.map(SmtpReply::code).ifPresentOrElse(rows::addSmall, rows::addNull);
    rows.addInteger(millis(attempt.open()));
    rows.addInteger(millis(attempt.exchange()));
    add(delivery.isp());
    add(result.platform());
    add(attempt.decision().rule());
    add(bare ? "" : attempt.decision().reason());
    add(attempt.path().route());
    add(attempt.path().tls().id());
    add(bare ? "" : attempt.host());
    add(bare ? "" : attempt.peer());
    add(attempt.phase().name());
    add(result.outcome().attemptLabel());
    add(reply.flatMap(SmtpReply::enhanced).map(EnhancedStatusCode::toString));
    add(result.outcome().cause());
    add(reply.map(SmtpReply::text).filter(_ -> !bare));
    add(attempt.path().source());
  }

  private void pathFailure(PathFailure failure) {
    rows.begin();
    rows.add(failure.at());
    rows.add(failure.campaignId());
    rows.addInteger(failure.policyVersion());
    rows.addInteger(failure.path().port());
    rows.addInteger(millis(failure.took()));
    add(failure.isp());
    add(failure.platform());
    add(failure.path().route());
    add(failure.path().tls().id());
    add(failure.host());
    add(failure.phase().name());
    add(failure.kind());
    add(failure.detail());
    add(failure.path().source());
    rows.addJson(failure.evidence());
  }

  private static int millis(Duration duration) {
    return Math.clamp(duration.toMillis(), 0, Integer.MAX_VALUE);
  }

  private void add(Optional<String> text) {
    text.ifPresentOrElse(this::add, rows::addNull);
  }

  private void add(String text) {
    rows.add(clean(text));
  }

  /** A text, cut, without the NUL that PostgreSQL cannot take. */
  static String clean(String text) {
    String cut = text;
    if (text.length() > LONGEST_TEXT) {
      boolean inPair = Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1));
      cut = text.substring(0, inPair ? LONGEST_TEXT - 1 : LONGEST_TEXT);
    }
    return cut.indexOf('\0') < 0 ? cut : cut.replace('\0', '\ufffd');
  }
}
