package io.portolan.core.feedback;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One mail or event that came back, as read. Every text in it was written by a stranger: lengths
 * are bounded by whoever reads, truth is not checked.
 *
 * @param feedbackType the Feedback-Type of RFC 5965 in lower case, such as {@code abuse}, {@code
 *     opt-out} or {@code auth-failure}; {@value #OTHER_TYPE} for what has not the form of one
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
  static final String OTHER_TYPE = "other";

  // a token of RFC 2045, and of its characters those that types are made of
  private static final Pattern TYPE = Pattern.compile("[a-z0-9-]{1,40}");

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
    feedbackType = feedbackType.map(type -> TYPE.matcher(type).matches() ? type : OTHER_TYPE);
    recipients = List.copyOf(recipients);
  }
}
