package io.portolan.core.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a report of failure means for further mail to its recipient. */
class DiagnosisTest {
  private static final Diagnosis DIAGNOSIS =
      new Diagnosis(ReplyClassifier.builtIn(), IspDirectory.builtIn());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # field | what the host said                                   | category         | hardness
          4.2.1   | 450 4.2.1 Account temporarily locked                 | mailbox-inactive | SOFT
          4.1.2   | 450 4.1.2 Domain not found                           | bad-domain       | SOFT
          4.1.1   | User unknown                                         | bad-mailbox      | SOFT
          5.0.0   | 450 User unknown                                     | bad-mailbox      | SOFT
          4.2.1   | 550 Mailbox disabled                                 | mailbox-inactive | SOFT
          5.1.1   | 550 5.1.1 User unknown                               | bad-mailbox      | HARD
          5.0.0   | User unknown                                         | bad-mailbox      | HARD
          5.2.1   | 550 5.2.1 Account locked                             | mailbox-inactive | HARD
          5.7.1   | 550 5.7.1 Account locked                             | mailbox-inactive | NEITHER
          5.7.1   | 550 5.7.1 User unknown                               | bad-mailbox      | SOFT
          5.7.1   | Message for recipient blocked: high spam score       | spam-content     | NEITHER
          5.2.2   | 552 5.2.2 Mailbox full                               | mailbox-full     | SOFT
          4.4.1   | 451 4.4.1 Connection timed out                       | network          | NEITHER
          """)
  void suppressesNobodyForGoodWhoWasRefusedForNow(
      String field, String words, String category, Hardness hardness) {
    Verdict found = verdict(false, field, words);

    assertThat(found.category().id()).isEqualTo(category);
    assertThat(found.hardness()).isEqualTo(hardness);
    assertThat(verdict(true, field, words).hardness())
        .as("of a warning")
        .isEqualTo(Hardness.NEITHER);
  }

  @Test
  void heedsTheClassOfTheReplyThatIsCitedBesideTheWordsThatTellWhy() {
    Verdict found =
        DIAGNOSIS.verdict(
            false,
            EnhancedStatusCode.parse("5.0.0"),
            List.of("450 later", "the user is unknown: user unknown"),
            Optional.empty(),
            "anna@isp.test");

    assertThat(found.category().id()).isEqualTo("bad-mailbox");
    assertThat(found.hardness()).isEqualTo(Hardness.SOFT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          User unknown                                   | bad-mailbox
          5.2.2 over the limit                           | mailbox-full
          smtp; 550 5.1.1 no                             | bad-mailbox
          4.7.0 something                                | policy
          something                                      | unknown
          """)
  void readsWordsThatHaveNoReplyCode(String words, String category) {
    assertThat(DIAGNOSIS.classify(words, Phase.RCPT, "other").category().id()).isEqualTo(category);
  }

  private static Verdict verdict(boolean isDelay, String field, String words) {
    return DIAGNOSIS.verdict(
        isDelay,
        EnhancedStatusCode.parse(field),
        List.of(words),
        Optional.empty(),
        "anna@isp.test");
  }
}
