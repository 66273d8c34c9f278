package io.portolan.api.feedback;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import java.util.List;

/** What was read from one mail, in the form in which corpora of bounces are scored. */
record Predictions(String file, String type, List<Result> results) {
  Predictions {
    results = List.copyOf(results);
  }

  /** What was read of one recipient; empty where the mail does not say it. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Result(
      String recipient,
      String status,
      String replycode,
      String category,
      boolean hard,
      @JsonProperty("feedback_type") String feedbackType,
      String rule) {}

  static Predictions of(String file, Feedback feedback) {
    return new Predictions(
        file,
        // an opt-out that comes as a report is filed with the complaints there
        feedback.kind() == FeedbackKind.UNSUBSCRIBE
            ? FeedbackKind.COMPLAINT.id()
            : feedback.kind().id(),
        feedback.recipients().stream().map(each -> result(feedback, each)).toList());
  }

  private static Result result(Feedback feedback, ReportedRecipient recipient) {
    String type = feedback.feedbackType().orElse("");
    return recipient
        .verdict()
        .map(
            verdict ->
                new Result(
                    recipient.address(),
                    verdict.status().map(EnhancedStatusCode::toString).orElse(""),
                    verdict.replyCode().isPresent()
                        ? Integer.toString(verdict.replyCode().getAsInt())
                        : "",
                    verdict.category().id(),
                    verdict.hardness() == Hardness.HARD,
                    type,
                    verdict.rule()))
        .orElseGet(
            () -> new Result(recipient.address(), "", "", feedback.kind().id(), false, type, ""));
  }
}
