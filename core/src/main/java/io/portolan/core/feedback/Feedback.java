package io.portolan.core.feedback;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One mail or event that came back, as read. Every text in it was written by a stranger: lengths
 * are bounded by whoever reads, truth is not checked.
 *
 * @param feedbackType the Feedback-Type of RFC 5965 in lower case, such as {@code abuse}, {@code
 *     opt-out} or {@code auth-failure}
 * @param recipients whom it is about; empty where it names nobody
 * @param original what it says of the message that it is about
 * @param reportingMta the host that made the report (RFC 3464), its name only
 * @param arrivalDate when that host got the message, as it says
 */
public record Feedback(
    FeedbackKind kind,
    Optional<String> feedbackType,
    List<ReportedRecipient> recipients,
    OriginalMessage original,
    Optional<String> reportingMta,
    Optional<Instant> arrivalDate) {
  /** What says nothing: kind {@link FeedbackKind#NONE}. */
  public static final Feedback NONE =
      new Feedback(
          FeedbackKind.NONE,
          Optional.empty(),
          List.of(),
          OriginalMessage.UNKNOWN,
          Optional.empty(),
          Optional.empty());

  public Feedback {
    recipients = List.copyOf(recipients);
  }
}
