package io.portolan.core.delivery;

import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.SmtpReply;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows in the text format of {@code COPY}, in the column order that {@link ResultStore} names. */
final class CopyRows {
  private static final int LONGEST_TEXT = 500;

  private final StringBuilder rows = new StringBuilder(256);
  private boolean rowBegun;

  private CopyRows() {}

  static String attempts(List<RecordedResult> results) {
    CopyRows copy = new CopyRows();
    for (RecordedResult result : results) {
      Outcomes.attempt(result.outcome()).ifPresent(attempt -> copy.attempt(result, attempt));
    }
    return copy.rows.toString();
  }

  static String pathFailures(List<PathFailure> failures) {
    CopyRows copy = new CopyRows();
    failures.forEach(copy::pathFailure);
    return copy.rows.toString();
  }

  private void attempt(RecordedResult result, Attempt attempt) {
    ClaimedDelivery delivery = result.delivery();
    Optional<SmtpReply> reply = attempt.reply();
    add(attempt.at());
    add(delivery.id());
    add(delivery.attempts() + 1);
    add(result.campaignId());
    add(result.batchId());
    add(result.epoch());
    add(attempt.decision().policyVersion());
    add(attempt.path().port());
    add(reply.map(SmtpReply::code).orElse(null));
    add(attempt.open().toMillis());
    add(attempt.exchange().toMillis());
    add(delivery.isp());
    add(result.platform());
    add(attempt.decision().rule());
    add(attempt.decision().reason());
    add(attempt.path().route());
    add(attempt.path().tls().id());
    add(attempt.host());
    add(attempt.peer());
    add(attempt.phase());
    add(Outcomes.ofAttempt(result.outcome(), attempt));
    add(reply.flatMap(SmtpReply::enhanced).map(EnhancedStatusCode::toString).orElse(null));
    add(Outcomes.category(result.outcome()));
    add(reply.map(SmtpReply::text).orElse(null));
    end();
  }

  private void pathFailure(PathFailure failure) {
    add(failure.at());
    add(failure.campaignId());
    add(failure.policyVersion());
    add(failure.path().port());
    add(failure.took().toMillis());
    add(failure.isp());
    add(failure.platform());
    add(failure.path().route());
    add(failure.path().tls().id());
    add(failure.host());
    add(failure.phase());
    add(failure.kind());
    add(failure.detail());
    end();
  }

  /**
   * Appends a column; text is cut, and what COPY or PostgreSQL text cannot take is escaped or
   * dropped.
   */
  private void add(@Nullable Object value) {
    if (rowBegun) {
      rows.append('\t');
    }
    rowBegun = true;
    if (value == null) {
      rows.append("\\N");
      return;
    }
    String text = value.toString();
    int end = Math.min(text.length(), LONGEST_TEXT);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> rows.append("\\\\");
        case '\n' -> rows.append("\\n");
        case '\r' -> rows.append("\\r");
        case '\t' -> rows.append("\\t");
        case '\0' -> rows.append('\ufffd');
        default -> rows.append(Character.isSurrogate(c) && !inPair(text, i, end) ? '\ufffd' : c);
      }
    }
  }

  private static boolean inPair(String text, int index, int end) {
    char c = text.charAt(index);
    return Character.isHighSurrogate(c)
        ? index + 1 < end && Character.isLowSurrogate(text.charAt(index + 1))
        : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
  }

  private void end() {
    rows.append('\n');
    rowBegun = false;
  }
}
