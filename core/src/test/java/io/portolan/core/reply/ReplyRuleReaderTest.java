package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.isp.IspDirectory;
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
        classifier(
            file(
                HEADER
                    + "one,gmail,rcpt;dot,55x,5.7.600-699,so(rry)?,policy,deferral,550 5.7.601 so\n"
                    + "two,*,,,x.7.1,,unknown,,550 5.7.1 x\n"));
    SmtpReply reply = SmtpReply.parse("551 5.7.650 SORRY");

    assertThat(classifier.classify(reply, Phase.DOT, "gmail"))
        .isEqualTo(
            new Classification(
                BounceCategory.POLICY, Classification.Effect.DEFERRAL, Hardness.NEITHER, "one"));
    assertThat(classifier.classify(reply, Phase.MAIL, "gmail").rule()).isEqualTo("status-security");
    assertThat(classifier.classify(reply, Phase.DOT, "yahoo").rule()).isEqualTo("status-security");
    assertThat(classifier.classify(SmtpReply.parse("451 4.7.1 no"), Phase.DOT, "gmail").rule())
        .isEqualTo("two");
  }

  @Test
  void asksTheRulesOfAFileBeforeTheBuiltInOnes() throws IOException, MalformedReplyException {
    ReplyClassifier classifier =
        classifier(file(HEADER + "ours,*,,,,user unknown,policy,,550 user unknown\n"));
    SmtpReply reply = SmtpReply.parse("550 5.1.1 user unknown");

    assertThat(classifier.classify(reply, Phase.RCPT, "gmail").rule()).isEqualTo("ours");
    assertThat(classifier.rule("ours").orElseThrow().conditions())
        .isEqualTo("any ISP, text like user unknown");
    assertThat(ReplyClassifier.builtIn().classify(reply, Phase.RCPT, "gmail").rule())
        .isEqualTo("gmail-no-such-user");
  }

  @Test
  void takesARuleOfAFileInTheSteadOfABuiltInOneOfItsName()
      throws IOException, MalformedReplyException {
    ReplyClassifier classifier =
        classifier(file(HEADER + "greylisted,*,,,,gray wall,policy,,450 gray wall\n"));

    assertThat(classifier.rule("greylisted").orElseThrow().place()).endsWith("rules.csv line 2");
    assertThat(
            classifier
                .classify(SmtpReply.parse("450 4.2.0 greylisted"), Phase.RCPT, "other")
                .rule())
        .isNotEqualTo("greylisted");
  }

  @Test
  void asksRulesForRelaysWhereARelayAnswersAndTakesThemAtTheirWord()
      throws IOException, MalformedReplyException {
    ReplyClassifier classifier =
        classifier(file(HEADER + "ours,relay,,,,account gone,bad-mailbox,,550 account gone\n"));
    SmtpReply reply = SmtpReply.parse("550 5.7.1 account gone");

    assertThat(classifier.classify(reply, Phase.RCPT, ReplyClassifier.RELAY))
        .isEqualTo(
            new Classification(
                BounceCategory.BAD_MAILBOX, Classification.Effect.BOUNCE, Hardness.HARD, "ours"));
    assertThat(classifier.classify(reply, Phase.RCPT, "other").rule()).isNotEqualTo("ours");
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
          a,elsewhere,,550,,,policy,,550 x   | , column isp: "elsewhere" is no ISP of the directory.
          a,aol,,551,,,policy,,551 x         | , column isp: The mail of "aol" is taken by the servers of "yahoo", by whose rules their replies are judged, so that this one would never decide. Write yahoo.
          a,gmail;webde,,551,,,policy,,551 x | , column isp: The mail of "webde" is taken by the servers of "gmx", by whose rules their replies are judged, so that this one would never decide. Write gmx.
          a,;,,550,,,policy,,550 x           | , column isp: ";" names no ISP; * stands for all.
          a,*,,551,,,policy,,250 OK          | , column sample: "250 OK" is no refusal, such as 550 5.1.1 User unknown.
          a,*,,551,,,policy,,no              | , column sample: "no" is no refusal, such as 550 5.1.1 User unknown.
          a,*,,551,,,policy,,552 x           | , column sample: The rule does not fit its own sample "552 x".
          a,*,,,5.1.1,,policy,,550 5.1.1 x   | , column sample: The sample is decided by the rule good (FILE line 2) before this one is asked, so that this one would never decide it.
          a,*,rcpt,,,,policy,,550 x          | : The rule has neither code nor status nor text.
          good,*,,550,,,policy,,550 x        | , column rule: "good" is the name of a rule above.
          a,*,,550                           | : The row has 4 fields where the header has 9.
          """)
  void namesFileLineAndColumnOfWhatIsWrong(String row, String error) throws IOException {
    Path file = file(HEADER + "good,*,,550,,,policy,,550 x\n" + row + "\n");

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> classifier(file))
        .withMessage(file + " line 3" + error.replace("FILE", file.toString()));
  }

  private static ReplyClassifier classifier(Path file) {
    return ReplyClassifier.withFile(file, IspDirectory.builtIn());
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("rules.csv"), content);
  }
}
