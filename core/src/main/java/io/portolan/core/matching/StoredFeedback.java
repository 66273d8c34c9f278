package io.portolan.core.matching;

import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.Source;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

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

  /** What came in, as far as its consequences need it. */
  Arrival arrival(Optional<ReportedRecipient> recipient) {
    return new Arrival(
        new Feedback(
            FeedbackKind.of(kind).orElseThrow(),
            feedbackType,
            recipient.stream().toList(),
            OriginalMessage.UNKNOWN,
            Optional.empty(),
            Optional.empty()),
        Source.valueOf(source.toUpperCase(Locale.ROOT)),
        "",
        receivedFrom,
        at);
  }

  /**
   * What is still to be done about the recipient: whoever was to be suppressed at once was when it
   * came in.
   */
  private Hardness waitingHardness() {
    return report.hardness().filter(Hardness.SOFT::equals).orElse(Hardness.NEITHER);
  }

  /** Whom it is about, if it says why. */
  Optional<ReportedRecipient> reportedRecipient() {
    return report
        .category()
        .flatMap(BounceCategory::of)
        .map(
            category ->
                new ReportedRecipient(
                    report.recipient(),
                    List.of(),
                    Optional.of(
                        new ReportedRecipient.Verdict(
                            Optional.empty(),
                            OptionalInt.empty(),
                            category,
                            waitingHardness(),
                            report.diagnostic(),
                            report.rule().orElse(""))),
                    Optional.empty()));
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
   * @param hardness empty where it does not say why
   */
  public record Report(
      String recipient,
      Optional<String> status,
      Optional<Integer> replyCode,
      Optional<String> category,
      Optional<Hardness> hardness,
      Optional<String> rule,
      String diagnostic,
      Optional<String> reportingMta,
      Optional<String> remoteMta) {}
}
