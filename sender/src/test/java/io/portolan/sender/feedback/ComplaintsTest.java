package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComplaintsTest {
  @ParameterizedTest
  @ValueSource(strings = {"abuse", "fraud", "opt-out", "auth-failure", "not-spam"})
  void readsAFeedbackReport(String type) {
    Feedback found =
        FeedbackReaderTest.read(
            """
            From: fbl@isp.example
            Subject: FW: Offers
            Content-Type: multipart/report; report-type=feedback-report; boundary=r

            --r

            This is an abuse report.
            --r
            Content-Type: message/feedback-report

            Feedback-Type: TYPE
            User-Agent: isp/1
            Version: 1
            Original-Rcpt-To: <Anna@mail.example>

            --r
            Content-Type: message/rfc822

            """
                    .replace("TYPE", type)
                + FeedbackReaderTest.ORIGINAL
                + "\n--r--\n");

    assertThat(found.kind())
        .isEqualTo(
            switch (type) {
              case "opt-out" -> FeedbackKind.UNSUBSCRIBE;
              case "auth-failure" -> FeedbackKind.AUTH_REPORT;
              case "not-spam" -> FeedbackKind.NONE;
              default -> FeedbackKind.COMPLAINT;
            });
    assertThat(found.feedbackType()).contains(type);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
    assertThat(found.original().messageId()).contains("17.4@acme.example");
  }

  @Test
  void keepsNoFormulaForAType() {
    Feedback found =
        FeedbackReaderTest.read(
            """
            From: fbl@isp.example
            Subject: FW: Offers
            Content-Type: multipart/report; report-type=feedback-report; boundary=r

            --r
            Content-Type: message/feedback-report

            Feedback-Type: =HYPERLINK("http://x.example")
            User-Agent: isp/1
            Version: 1

            --r
            Content-Type: message/rfc822

            """
                + FeedbackReaderTest.ORIGINAL
                + "\n--r--\n");

    assertThat(found.kind()).isEqualTo(FeedbackKind.COMPLAINT);
    assertThat(found.feedbackType()).contains("other");
  }

  @Test
  void readsAComplaintOfTheOlderSort() {
    Feedback found =
        FeedbackReaderTest.read(
            "From: staff@isp.example\n"
                + "Subject: complaint about message\n"
                + "Content-Type: message/rfc822\n\n"
                + "X-HmXmrOriginalRecipient: anna@mail.example\n"
                + FeedbackReaderTest.ORIGINAL);

    assertThat(found.kind()).isEqualTo(FeedbackKind.COMPLAINT);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
  }

  @Test
  void readsAnEventThatARelayMailed() {
    Feedback found =
        FeedbackReaderTest.read(
            """
            From: no-reply@sns.example
            Subject: Notification

            {"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"anna@mail!
             .example"}]},"mail":{"source":"news@acme.example"}}

            --
            To stop this, write.
            """);

    assertThat(found.kind()).isEqualTo(FeedbackKind.COMPLAINT);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
  }
}
