package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host that calls our sender address back names nobody of ours when it finds no such mailbox. */
class SenderRefusalTest {
  private static final String POSTFIX =
      "<anna.a@store.mail.example>: host store.mail.example[192.0.2.1] said: 550 5.1.1 User unknown"
          + " (in reply to MAIL FROM command)";

  private static Verdict verdict(String dsn) {
    var found = FeedbackReaderTest.read(dsn);
    assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
    return found.recipients().getFirst().verdict().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "550 5.1.1 User unknown (in reply to MAIL FROM command)",
        "host mx.mail.example[192.0.2.1] said: 550 5.1.1 user unknown (in reply to MAIL FROM"
            + " command)",
        "550 5.1.1 user unknown, SMTP error from remote mail server after MAIL"
            + " FROM:<b@acme.example>",
        "host mx.mail.example[192.0.2.1] refused to talk to me: 550 5.1.1 user unknown"
      })
  void suppressesNobodyForWhatTheDiagnosisSaysOfTheSender(String diagnostic) {
    Verdict verdict =
        verdict(
            FeedbackReaderTest.DSN.replace(
                "550 5.1.1 <anna.a@store.mail.example>:\n  User unknown", diagnostic));

    assertThat(verdict.category()).isEqualTo(BounceCategory.BAD_MAILBOX);
    assertThat(verdict.hardness()).isEqualTo(Hardness.NEITHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        POSTFIX,
        """
        ... while talking to store.mail.example.:
        >>> MAIL From:<b@acme.example> SIZE=12
        <<< 550 5.1.1 User unknown\
        """
      })
  void readsInTheWordsWhatTheFieldsLeaveOut(String words) {
    assertThat(verdict(FeedbackReaderTest.DSN.replace("Sorry.", words)).hardness())
        .isEqualTo(Hardness.NEITHER);
  }

  @Test
  void suppressesForWordsThatSpeakOfMailAlone() {
    assertThat(
            verdict(
                    FeedbackReaderTest.DSN.replace(
                        "User unknown", "The following mail address does not exist"))
                .hardness())
        .isEqualTo(Hardness.HARD);
  }

  @Test
  void suppressesForARefusalOfTheRecipient() {
    assertThat(
            verdict(
                    FeedbackReaderTest.DSN.replace(
                        "Sorry.", POSTFIX.replace("MAIL FROM", "RCPT TO")))
                .hardness())
        .isEqualTo(Hardness.HARD);
  }
}
