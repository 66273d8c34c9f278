package io.portolan.core.matching;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Feedback as it is kept.
 *
 * @param id 0 for feedback that was only tried
 * @param kind the id of a {@link io.portolan.core.feedback.FeedbackKind}
 * @param effects the ids of what followed, see {@link Effect}
 */
public record StoredFeedback(
    long id,
    Instant at,
    String source,
    String receivedFrom,
    String kind,
    Optional<String> feedbackType,
    Match match,
    Report report,
    List<String> effects) {
  public StoredFeedback {
    effects = List.copyOf(effects);
  }

  /**
   * The delivery that it is about.
   *
   * @param by the id of a {@link MatchedBy}
   * @param trusted whether a signed token proved it, so that something may follow
   */
  public record Match(
      String by, boolean trusted, Optional<Long> delivery, Optional<Long> campaign) {}

  /**
   * What it says.
   *
   * @param recipient empty where it names nobody
   */
  public record Report(
      String recipient,
      Optional<String> status,
      Optional<Integer> replyCode,
      Optional<String> category,
      Optional<String> rule,
      String diagnostic,
      Optional<String> reportingMta,
      Optional<String> remoteMta) {}
}
