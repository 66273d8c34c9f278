package io.portolan.core.reply;

import static io.portolan.core.reply.Classification.Effect.BOUNCE;
import static io.portolan.core.reply.Classification.Effect.DEFERRAL;
import static io.portolan.core.reply.Classification.Effect.RECONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.isp.IspDirectory;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyClassifierTest {
  private static final ReplyClassifier CLASSIFIER = ReplyClassifier.builtIn();

  static List<CsvRow> rules() {
    return CsvTable.resource(ReplyClassifier.class, "reply-rules.csv", ReplyRuleReader.COLUMNS)
        .rows();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleDecidesItsSample(CsvRow rule) throws MalformedReplyException {
    SmtpReply sample = SmtpReply.parse(rule.text("sample").replace("\\n", "\n"));
    Phase phase =
        rule.list("phase").stream()
            .findFirst()
            .map(name -> Phase.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(Phase.RCPT);
    List<String> isps = rule.text("isp").equals("*") ? List.of("other") : rule.list("isp");

    for (String isp : isps) {
      Classification found = CLASSIFIER.classify(sample, phase, isp);
      assertThat(found.rule()).as(sample.line()).isEqualTo(rule.text("rule"));
      assertThat(found.category().id()).isEqualTo(rule.text("category"));
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleIsAboutKnownIspsAndNamesItsSource(CsvRow rule) {
    if (!rule.text("isp").equals("*")) {
      assertThat(rule.list("isp"))
          .isNotEmpty()
          .allSatisfy(isp -> assertThat(IspDirectory.builtIn().find(isp)).isPresent());
    }
    assertThat(rule.text("source")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gmail    | RCPT   | 550 5.7.1 likely unsolicited mail                           | spam-content
          other    | RCPT   | 550 5.7.1 <a@b.example>: Recipient address rejected: User unknown | bad-mailbox
          other    | RCPT   | 552 sorry, mailbox over quota temporarily (#5.1.1)          | mailbox-full
          other    | RCPT   | 550 sorry, no mailbox here by that name (#5.1.1 - chkusr)   | bad-mailbox
          other    | RCPT   | 554 delivery error (#5.2.1)                                 | mailbox-inactive
          other    | MAIL   | 550 5.1.1 refused                                           | sender-rejected
          other    | RCPT   | 550 5.1.1 refused                                           | bad-mailbox
          other    | DOT    | 550 5.7.1 refused                                           | policy
          other    | BANNER | 554 5.7.1 refused                                           | ip-reputation
          other    | BANNER | 421 4.7.0 too many connections from your address            | rate-limited
          other    | TLS    | 502 5.5.1 command unrecognized                              | tls
          other    | AUTH   | 535 5.7.8 user unknown                                      | relay-config
          other    | RCPT   | 550 5.1.1 <dmarc@spam.example>: user unknown                | bad-mailbox
          """)
  void letsTheMostTellingDecide(String isp, Phase phase, String reply, String category)
      throws MalformedReplyException {
    assertThat(CLASSIFIER.classify(SmtpReply.parse(reply), phase, isp).category().id())
        .isEqualTo(category);
  }

  @Test
  void asksTheRulesOfTheIspThatAnswered() throws MalformedReplyException {
    SmtpReply reply = SmtpReply.parse("550 Ip frequency limited");

    assertThat(CLASSIFIER.classify(reply, Phase.RCPT, "qq"))
        .isEqualTo(
            new Classification(BounceCategory.RATE_LIMITED, DEFERRAL, false, "qq-frequency"));
    assertThat(CLASSIFIER.classify(reply, Phase.RCPT, "other").effect()).isEqualTo(BOUNCE);
  }

  @Test
  void countsASessionLimitAsNoFailure() throws MalformedReplyException {
    SmtpReply reply =
        SmtpReply.parse("421 Max message per connection reached, closing transmission channel");

    for (String isp : List.of("yahoo", "other")) {
      assertThat(CLASSIFIER.classify(reply, Phase.MAIL, isp).effect()).isEqualTo(RECONNECT);
    }
  }

  @Test
  void defersForAFaultOfOurOwnRoute() throws MalformedReplyException {
    for (String line :
        List.of(
            "530 5.7.0 Must issue a STARTTLS command first",
            "530 Authentication required",
            "535 5.7.8 Username and Password not accepted",
            "538 5.7.11 Encryption required for requested authentication mechanism")) {
      Classification found = CLASSIFIER.classify(SmtpReply.parse(line), Phase.AUTH, "other");
      assertThat(found.effect()).as(line).isEqualTo(DEFERRAL);
      assertThat(found.category()).isEqualTo(BounceCategory.RELAY_CONFIG);
    }
    assertThat(
            CLASSIFIER
                .classify(SmtpReply.parse("530 Authentication required"), Phase.MAIL, "other")
                .effect())
        .isEqualTo(DEFERRAL);
  }

  @Test
  void suppressesForAHardBounceOnceTheRecipientWasNamed() throws MalformedReplyException {
    SmtpReply unknown = SmtpReply.parse("550 5.1.1 User unknown");
    for (Phase phase : Phase.values()) {
      boolean named = EnumSet.of(Phase.RCPT, Phase.DATA, Phase.DOT).contains(phase);
      assertThat(CLASSIFIER.classify(unknown, phase, "other").suppresses())
          .as(phase.name())
          .isEqualTo(named);
    }
    assertThat(CLASSIFIER.classify(SmtpReply.parse("450 4.1.1 User unknown"), Phase.RCPT, "other"))
        .isEqualTo(
            new Classification(BounceCategory.BAD_MAILBOX, DEFERRAL, false, "no-such-mailbox"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "550",
        "550 no",
        "550 5.0.0 no",
        "550 5.1.0 rejected",
        "550 5.2.0 rejected",
        "550 5.7.1 Your account has been suspended",
        "550 5.7.1 sender account is disabled",
        "550 5.7.1 This mail has been blocked because the sender is unauthenticated",
        "550 5.7.1 Sender address rejected: Domain not found",
        "550 5.7.1 Sender address rejected: User unknown in local recipient table",
        "550 Requested action not taken: mailbox unavailable",
        "550 5.7.1 Client host rejected: cannot find your hostname, host not found",
        "550 5.7.1 Your domain does not exist",
        "550 This host does not accept mail from your network",
        "550 5.7.1 Access denied",
        "550 5.4.4 no route",
        "550 5.6.0 Invalid address in the From header",
        "550 5.7.1 Message rejected: the From address does not exist",
        "551 refused",
        "553 refused",
        "554 Transaction failed",
        "554 5.7.1 Relay access denied: unknown user",
        "554 5.7.1 Service unavailable; Client host blocked using dnsbl.example, user unknown",
        "550 5.1.1 mailbox full",
        "554 Message rejected: Email address is not verified",
        "421 4.7.0 user unknown",
        "550 Client host could not be resolved",
        "550 5.7.1 Your domain has no MX record",
        "550 your account couldn't be found",
        "550 HELO lookup: NXDOMAIN",
        "550 Absenderadresse unbekannt",
        "550 adresse de l'expéditeur inconnue",
        "550 5.7.1 your user is not registered",
        "599 weather"
      })
  void suppressesNobodyOnAGuess(String line) throws MalformedReplyException {
    for (Phase phase : List.of(Phase.MAIL, Phase.RCPT, Phase.DOT)) {
      assertThat(CLASSIFIER.classify(SmtpReply.parse(line), phase, "other"))
          .as("%s in %s", line, phase)
          .matches(found -> !found.suppresses());
    }
  }

  @Test
  void leavesWhatNothingFitsToTheClassOfItsCode() throws MalformedReplyException {
    assertThat(CLASSIFIER.classify(SmtpReply.parse("554 hm"), Phase.DOT, "other"))
        .isEqualTo(new Classification(BounceCategory.UNKNOWN, BOUNCE, false, "none"));
    assertThat(CLASSIFIER.classify(SmtpReply.parse("499 hm"), Phase.DOT, "no-such-isp"))
        .isEqualTo(new Classification(BounceCategory.UNKNOWN, DEFERRAL, false, "none"));
  }

  @Test
  void readsTextsOverTheEndsOfLines() throws MalformedReplyException {
    SmtpReply reply = SmtpReply.parse("550-5.7.1 Client host\r\n550 5.7.1 rejected");

    assertThat(CLASSIFIER.classify(reply, Phase.RCPT, "other").category())
        .isEqualTo(BounceCategory.IP_REPUTATION);
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void classifiesRefusalsOnly(Phase phase) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CLASSIFIER.classify(SmtpReply.parse("250 OK"), phase, "other"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CLASSIFIER.classify(SmtpReply.parse("354 go on"), phase, "other"));
  }

  @Property
  void answersForAnyRefusal(
      @ForAll @IntRange(min = 400, max = 599) int code, @ForAll String text, @ForAll Phase phase)
      throws MalformedReplyException {
    SmtpReply reply = SmtpReply.parse(List.of(code + " " + text));
    Classification found = CLASSIFIER.classify(reply, phase, "gmail");

    // RFC 7504: 556 says that the domain takes no mail; no other code suppresses by itself
    assertThat(found.suppresses()).isEqualTo(code == 556 && phase.compareTo(Phase.RCPT) >= 0);
    assertThat(found.effect() == BOUNCE).isNotEqualTo(found.effect() == DEFERRAL);
  }
}
