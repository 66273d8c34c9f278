package io.portolan.core.reply;

import static io.portolan.core.reply.BounceCategory.RELAY_CONFIG;
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
  void everyRuleIsAboutPlatformsOrRelaysAndNamesItsSource(CsvRow rule) {
    if (!rule.text("isp").equals("*")) {
      assertThat(rule.list("isp"))
          .isNotEmpty()
          .allSatisfy(
              isp ->
                  assertThat(
                          isp.equals(ReplyClassifier.RELAY)
                              || IspDirectory.builtIn()
                                  .find(isp)
                                  .orElseThrow()
                                  .platform()
                                  .equals(isp))
                      .as(isp)
                      .isTrue());
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
            new Classification(
                BounceCategory.RATE_LIMITED, DEFERRAL, Hardness.NEITHER, "qq-frequency"));
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
      assertThat(found.category()).isEqualTo(RELAY_CONFIG);
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
            new Classification(
                BounceCategory.BAD_MAILBOX, DEFERRAL, Hardness.SOFT, "no-such-mailbox"));
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
        "502 5.7.0 Your SMTP account is not yet activated",
        "550 5.7.1 Account suspended",
        "554 5.7.1 The account is temporarily disabled due to abuse",
        "550 Account suspended for non-payment",
        "525 5.7.13 Account disabled",
        "550 5.7.1 Message for recipient blocked, high spam score",
        "550 Message for recipient blocked, high spam score",
        "550 5.7.1 Email from this domain to the recipient is blocked",
        "550 Email from this domain to the recipient is blocked",
        "550 5.7.1 Sending account is disabled",
        "550 Sending account is disabled",
        "550 5.7.1 Sender user account locked due to abuse",
        "550 Sender user account locked due to abuse",
        "550 5.7.1 recipient server: certificate expired",
        "550 recipient server: certificate expired",
        "550 5.7.1 host not found for HELO",
        "550 host not found for HELO",
        "550 invalid address literal in EHLO",
        "550 5.7.1 The user has blocked your address",
        "550 mailbox owner has blocked your domain",
        "550 mail to this user is blocked",
        "550 mail to user blocked by content filter",
        "550 The mailbox server has closed the connection",
        "550 192.0.2.1 not listed in our allow list",
        "550 your address is not listed in our records",
        "550 IP address does not exist in DNS",
        "550 address 192.0.2.1 not found in reverse zone",
        "550 invalid user name or password",
        "550 no account with that login",
        "550 callout verification failed: user unknown",
        "550 rejected: From: address does not exist",
        "550 Reply-To address does not exist",
        "550 5.1.8 <news@acme.example> user unknown",
        "550 5.6.0 invalid recipient header",
        "550 5.7.1 account expired",
        "550 5.7.1 No such host in the Received header",
        "599 weather"
      })
  void suppressesNobodyOnAGuess(String line) throws MalformedReplyException {
    for (Phase phase : List.of(Phase.MAIL, Phase.RCPT, Phase.DOT)) {
      assertThat(CLASSIFIER.classify(SmtpReply.parse(line), phase, "other"))
          .as("%s in %s", line, phase)
          .matches(found -> !found.suppresses());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          550 5.7.1 Message for recipient blocked, high spam score     | spam-content
          550 5.7.1 Email from this domain to the recipient is blocked | sender-rejected
          550 5.7.1 Sending account is disabled                        | sender-rejected
          550 5.7.1 Sender user account locked due to abuse            | sender-rejected
          550 5.7.1 recipient server: certificate expired              | tls
          550 5.7.1 host not found for HELO                            | dns-identity
          550 invalid address literal in EHLO                          | dns-identity
          550 5.7.1 The user has blocked your address                  | recipient-refused
          550 mail to user blocked by content filter                   | content-rejected
          525 5.7.13 disabled                                          | relay-config
          """)
  void saysOfWhatIsAboutUsWhatItIs(String reply, String category) throws MalformedReplyException {
    assertThat(CLASSIFIER.classify(SmtpReply.parse(reply), Phase.RCPT, "other").category().id())
        .isEqualTo(category);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          550 5.1.1 User unknown                                       | HARD
          550 User unknown                                             | HARD
          550 5.2.1 Account suspended                                  | HARD
          550 Account suspended                                        | HARD
          550 5.4.4 Host unknown                                       | HARD
          551 5.7.17 Mailbox owner has changed                         | HARD
          550 5.7.1 No such user                                       | SOFT
          550 callout verification failed: user unknown                | NEITHER
          550 5.7.1 user unknown at your IP address                    | NEITHER
          550 5.1.8 <news@acme.example> user unknown                   | NEITHER
          550 5.7.1 The recipient's account is blocked                 | NEITHER
          550 5.7.1 host unknown                                       | NEITHER
          450 4.2.1 Account temporarily locked                         | SOFT
          450 4.1.2 Domain not found                                   | SOFT
          451 4.7.1 Account temporarily locked                         | NEITHER
          552 5.2.2 Mailbox full                                       | SOFT
          """)
  void weighsWordsByTheStatusCodeBesideThem(String reply, Hardness hardness)
      throws MalformedReplyException {
    assertThat(CLASSIFIER.classify(SmtpReply.parse(reply), Phase.RCPT, "other").hardness())
        .isEqualTo(hardness);
    assertThat(CLASSIFIER.classify(SmtpReply.parse(reply), Phase.MAIL, "other").hardness())
        .isEqualTo(Hardness.NEITHER);
  }

  @Test
  void leavesWhatNothingFitsToTheClassOfItsCode() throws MalformedReplyException {
    assertThat(CLASSIFIER.classify(SmtpReply.parse("554 hm"), Phase.DOT, "other"))
        .isEqualTo(new Classification(BounceCategory.UNKNOWN, BOUNCE, Hardness.NEITHER, "none"));
    assertThat(CLASSIFIER.classify(SmtpReply.parse("499 hm"), Phase.DOT, "no-such-isp"))
        .isEqualTo(new Classification(BounceCategory.UNKNOWN, DEFERRAL, Hardness.NEITHER, "none"));
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
