package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyRuleReaderTest {
  private static final String HEADER =
      "rule,isp,phase,code,status,text,category,treatment,sample\n";

  @TempDir private Path folder;

  @Test
  void classifiesByTheRulesOfAFile() throws IOException, MalformedReplyException {
    ReplyClassifier classifier =
        ReplyClassifier.fromFile(
            file(
                HEADER
                    + "one,gmail,rcpt;dot,55x,5.7.600-699,so(rry)?,policy,deferral,550 5.7.601 so\n"
                    + "two,*,,,x.7.1,,unknown,,550 5.7.1 x\n"));
    SmtpReply reply = SmtpReply.parse("551 5.7.650 SORRY");

    assertThat(classifier.classify(reply, Phase.DOT, "gmail"))
        .isEqualTo(
            new Classification(
                BounceCategory.POLICY, Classification.Effect.DEFERRAL, false, "one"));
    assertThat(classifier.classify(reply, Phase.MAIL, "gmail").rule()).isEqualTo("none");
    assertThat(classifier.classify(reply, Phase.DOT, "yahoo").rule()).isEqualTo("none");
    assertThat(classifier.classify(SmtpReply.parse("451 4.7.1 no"), Phase.DOT, "gmail").rule())
        .isEqualTo("two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ,*,,550,,,policy,,550 x            | , column rule: A value is missing.
          a,,,550,,,policy,,550 x            | , column isp: A value is missing.
          a,*,door,550,,,policy,,550 x       | , column phase: "door" is no phase.
          a,*,,250,,,policy,,550 x           | , column code: "250" is no reply code of a refusal, such as 550 or 4xx.
          a,*,,,5.1,,policy,,550 x           | , column status: "5.1" is no status code, such as 5.1.1, x.1.1 or 5.7.606-649.
          a,*,,,,a(b,policy,,550 x           | , column text: The expression is wrong at character 4: Unclosed group.
          a,*,,,,Spam,policy,,550 x          | , column text: Texts are compared in lower case; a capital never matches.
          a,*,,550,,,polite,,550 x           | , column category: "polite" is no category.
          a,*,,550,,,policy,ignore,550 x     | , column treatment: "ignore" is not deferral, reconnect or empty.
          a,*,,550,,,policy,,                | , column sample: A value is missing.
          a,*,rcpt,,,,policy,,550 x          | : The rule has neither code nor status nor text.
          good,*,,550,,,policy,,550 x        | , column rule: "good" is the name of a rule above.
          a,*,,550                           | : The row has 4 fields where the header has 9.
          """)
  void namesFileLineAndColumnOfWhatIsWrong(String row, String error) throws IOException {
    Path file = file(HEADER + "good,*,,550,,,policy,,550 x\n" + row + "\n");

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> ReplyClassifier.fromFile(file))
        .withMessage(file + " line 3" + error);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("rules.csv"), content);
  }
}
