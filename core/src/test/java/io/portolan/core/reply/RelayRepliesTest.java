package io.portolan.core.reply;

import static io.portolan.core.reply.BounceCategory.RELAY_CONFIG;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay refuses: it answers for our account as well as for recipients. */
class RelayRepliesTest {
  private static final ReplyClassifier CLASSIFIER = ReplyClassifier.builtIn();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "502 5.7.0 Your SMTP account is not yet activated",
        "550 5.7.1 Account suspended",
        "554 5.7.1 The account is temporarily disabled due to abuse",
        "550 Account suspended",
        "550 Account disabled",
        "550 5.7.1 Your subscription has expired",
        "550 5.7.1 User suspended",
        "550 User account is locked",
        "550 5.7.1 Mailbox disabled due to abuse",
        "550 5.7.1 Sending account is disabled",
        "550 Domain not found",
        "552 Account is over quota",
        "550 Your mailbox is suspended",
        "550 Maximum credits exceeded",
        "550 5.7.1 Your account is under moderation",
        "554 5.7.1 Your plan requires an upgrade to send more",
        "550 5.7.1 Sending domain not verified; not accepting messages",
        "550 5.7.1 recipient rejected, your account is in sandbox",
        "550 5.7.1 Recipient not allowed on a free trial",
        "550 5.7.1 invalid user name or password",
        "550 5.7.1 SMTP user unknown",
        "550 5.7.0 Unknown user, authentication failed",
        "550 5.7.1 API user does not exist",
        "550 unknown account",
        "525 5.7.13 User account disabled"
      })
  void takesWhatARelaySaysOfAnAccountForOurs(String line) throws MalformedReplyException {
    for (Phase phase : List.of(Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT)) {
      Classification found =
          CLASSIFIER.classify(SmtpReply.parse(line), phase, ReplyClassifier.RELAY);
      assertThat(found.category()).as("%s in %s", line, phase).isEqualTo(RELAY_CONFIG);
      assertThat(found.hardness()).isEqualTo(Hardness.NEITHER);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          550 5.1.1 no                                    | bad-mailbox      | HARD
          550 No such user here                           | bad-mailbox      | HARD
          550 5.2.1 Account suspended                     | mailbox-inactive | HARD
          550 5.2.1 <anna@isp.test>: account disabled     | mailbox-inactive | HARD
          550 Mailbox disabled                            | mailbox-inactive | HARD
          550 The recipient's account is suspended        | mailbox-inactive | HARD
          550 5.7.1 The recipient's account is suspended  | mailbox-inactive | NEITHER
          550 5.7.1 No such user                          | bad-mailbox      | SOFT
          550 5.4.4 Host unknown                          | bad-domain       | HARD
          556 no                                          | bad-domain       | HARD
          550 Recipient address rejected: Domain not found | bad-domain      | HARD
          552 5.2.2 Account is over quota                 | mailbox-full     | SOFT
          552 Mailbox is full                             | mailbox-full     | SOFT
          550 no such address                             | bad-mailbox      | HARD
          550 Unknown address                             | bad-mailbox      | HARD
          553 invalid address                             | bad-mailbox      | HARD
          550 no such alias                               | bad-mailbox      | HARD
          550 5.7.1 no such address                       | bad-mailbox      | SOFT
          550 5.2.0 Message filtered                      | recipient-refused | SOFT
          550 5.7.1 Recipient address rejected            | recipient-refused | SOFT
          550 5.7.1 The user has blocked your address     | recipient-refused | SOFT
          550 5.7.1 Message rejected by your recipient    | recipient-refused | SOFT
          550 5.7.1 Recipient rejected: on your suppression list | recipient-refused | SOFT
          550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to the recipient | recipient-refused | NEITHER
          550 5.7.1 Message filtered                      | recipient-refused | NEITHER
          550 sorry                                       | recipient-refused | NEITHER
          """)
  void takesARelayByTheWordThatNamesTheRecipient(String line, String category, Hardness hardness)
      throws MalformedReplyException {
    Classification found =
        CLASSIFIER.classify(SmtpReply.parse(line), Phase.RCPT, ReplyClassifier.RELAY);

    assertThat(found.category().id()).isEqualTo(category);
    assertThat(found.hardness()).isEqualTo(hardness);
  }
}
