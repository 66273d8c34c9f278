package io.portolan.core.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refusals in the manner of many servers, filters and mailbox providers; ours is the wording. */
class VendorRepliesTest {
  private static final ReplyClassifier CLASSIFIER = ReplyClassifier.builtIn();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # Exchange and Exchange Online
          RCPT | 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@b.example not found by SMTP address lookup | bad-mailbox
          RCPT | 550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found                       | bad-mailbox
          DOT  | 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required | recipient-refused
          DOT  | 550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized | recipient-refused
          RCPT | 550 5.7.124 Sender not in allowed-senders list                          | recipient-refused
          DOT  | 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException | mailbox-full
          RCPT | 550 5.4.310 DNS domain b.example does not exist                         | bad-domain
          RCPT | 550 5.4.316 Message expired, connection refused (Socket error code 10061) | network
          RCPT | 550 5.4.312 Message expired, DNS query failed                           | network
          DOT  | 550 5.7.708 Access denied, traffic not accepted from this IP            | ip-reputation
          DOT  | 550 5.7.705 Access denied, tenant has exceeded threshold                | rate-limited
          DOT  | 550 5.7.501 Access denied, spam abuse detected                          | spam-content
          DOT  | 550 5.7.23 Message rejected because of a Sender Policy Framework violation | auth-failure
          # Exim, Postfix, Sendmail, OpenSMTPD
          RCPT | 550 all relevant MX records point to non-existent hosts                 | bad-domain
          RCPT | 550-Verification failed for <s@x.example>\\n550 Sender verify failed    | sender-rejected
          RCPT | 550 5.1.1 <a@b.example>: Recipient address rejected: undeliverable address: host mx.b.example said: 550 User unknown | bad-mailbox
          RCPT | 450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted         | remote-system
          RCPT | 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname | dns-identity
          RCPT | 451 4.3.5 Server configuration problem                                  | remote-system
          MAIL | 553 5.7.1 <s@x.example>: Sender address rejected: not owned by user     | sender-rejected
          RCPT | 554 5.4.6 mail for b.example loops back to myself                       | network
          RCPT | 550 Invalid recipient: <a@b.example>                                    | bad-mailbox
          # MailEnable, CommuniGate, Zimbra, GroupWise, hMailServer, IceWarp, Kerio, SmarterMail, James
          RCPT | 550 Requested action not taken: mailbox unavailable or not local        | recipient-refused
          RCPT | 503 This mail server requires authentication when sending to a non-local address | relay-config
          RCPT | 550 a@b.example unknown user account                                    | bad-mailbox
          RCPT | 452 a@b.example account is full (quota exceeded)                        | mailbox-full
          RCPT | 554 5.2.2 Over quota                                                    | mailbox-full
          RCPT | 450 Host down (mail.b.example)                                          | network
          RCPT | 550 Unknown user                                                        | bad-mailbox
          RCPT | 550 5.1.1 Mailbox <a@b.example> does not exist                          | bad-mailbox
          RCPT | 550 <a@b.example> No such user here                                     | bad-mailbox
          RCPT | 451 Greylisted, please try again in 180 seconds                         | remote-system
          DOT  | 554 Sending address not accepted due to spam filter                     | spam-content
          RCPT | 550 5.1.1 Unknown user: a@b.example                                     | bad-mailbox
          # filters: Trend Micro, MessageLabs, Mimecast, Proofpoint, Barracuda, Sophos, FortiMail
          RCPT | 550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Trend Micro Email Reputation Service | ip-reputation
          RCPT | 553-you are trying to use me [server-9.tower-1.example] as a relay, but I have not been configured to let you | relay-config
          RCPT | 553-SPF (Sender Policy Framework) domain authentication fail            | auth-failure
          RCPT | 550-Invalid recipient <a@b.example> (#5.1.1)                            | bad-mailbox
          RCPT | 550 Invalid Recipient - https://community.example/docs/DOC-1369#550     | bad-mailbox
          DOT  | 550 Administrative prohibition - envelope blocked                       | policy
          RCPT | 554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation | ip-reputation
          DOT  | 550 permanent failure for one or more recipients (a@b.example:550 No such user) | bad-mailbox
          DOT  | 554 5.7.1 This message has been blocked because it contains FortiGuard - AntiSpam blocking URL(s) | spam-content
          RCPT | 550 5.1.1 <a@b.example>: Email address could not be found, or was misspelled (G8) | bad-mailbox
          # mail.ru, Yandex, iCloud, docomo, au, SoftBank, Naver, QQ, 163
          RCPT | 550 Message was not accepted -- invalid mailbox. Local mailbox a@b.example is unavailable: user not found | bad-mailbox
          DOT  | 550 5.7.1 This message was not accepted due to domain owner DMARC policy | auth-failure
          DOT  | 550 spam message rejected. Please visit https://help.example/notspam     | spam-content
          RCPT | 550 5.7.1 No such user!                                                 | bad-mailbox
          DOT  | 554 5.7.1 [2] Message rejected under suspicion of SPAM                  | spam-content
          RCPT | 552 5.2.2 Mailbox size limit exceeded                                   | mailbox-full
          RCPT | 550 5.7.1 Policy rejection on the target address                        | policy
          RCPT | 552 5.2.2 <a@b.example>: user is over quota                             | mailbox-full
          RCPT | 550 Unknown user a@b.example                                            | bad-mailbox
          DOT  | 550 <a@b.example>: User unknown                                         | bad-mailbox
          RCPT | 550 5.1.1 No such user - nsmtp                                          | bad-mailbox
          RCPT | 550 User not found: a@b.example                                         | bad-mailbox
          RCPT | 550 Domain may not exist or DNS check failed                            | sender-rejected
          DOT  | 550 Mail content denied                                                 | content-rejected;spam-content
          MAIL | 553 Requested action not taken: NULL sender is not allowed              | sender-rejected
          RCPT | 550 Local User [a@b.example] not found.                                 | bad-mailbox
          RCPT | 550 user is locked.                                                     | mailbox-inactive
          RCPT | 550 #5.1.0 Address rejected.                                            | bad-mailbox
          RCPT | 550 black ip.                                                           | ip-reputation
          # T-Online, IONOS, Free, Libero, Tiscali, Orange, Terra, UOL
          BANNER | 554 IP=192.0.2.1 - None/bad reputation. Ask your postmaster for help  | ip-reputation
          DOT  | 554 Transaction failed. Reject due to policy restrictions               | policy
          RCPT | 451 too many errors from your ip (192.0.2.1), please visit http://postmaster.free.fr/ | rate-limited;ip-reputation
          RCPT | 550 smtp-16.iol.local IP blacklisted by CSI. For remediation see https://csi.example | ip-reputation
          RCPT | 552 RCPT TO:<a@b.example> Mailbox disk quota exceeded                   | mailbox-full
          RCPT | 521 5.7.1 blocked: 192.0.2.1, see https://csi.example/reset-request     | ip-reputation
          RCPT | 550 5.1.1 Conta inexistente                                             | bad-mailbox
          RCPT | 452 4.2.2 Caixa postal cheia                                            | mailbox-full
          RCPT | 550 Utilisateur inconnu                                                 | bad-mailbox
          RCPT | 550 Casella di posta inesistente                                        | bad-mailbox
          RCPT | 550 Benutzer unbekannt                                                  | bad-mailbox
          RCPT | 550 Usuario desconocido                                                 | bad-mailbox
          RCPT | 550 5.7.133 Sender not authenticated for group                        | recipient-refused
          MAIL | 550 5.7.60 SMTP; Client does not have permissions to send as this sender | relay-config
          RCPT | 451 4.7.1 Your sending rate exceeds our limits                        | rate-limited
          BANNER | 421 4.3.2 All server ports are busy                                   | rate-limited
          RCPT | 550 Domain b.example does not accept mail                             | bad-domain
          RCPT | 550 This address no longer accepts mail                               | mailbox-inactive
          RCPT | 554 5.7.1 The recipient's account is blocked                          | mailbox-inactive
          BANNER | 421 4.7.1 Intrusion prevention active for [192.0.2.1]                 | ip-reputation
          """)
  void saysWhy(Phase phase, String reply, String categories) throws MalformedReplyException {
    Classification found =
        CLASSIFIER.classify(SmtpReply.parse(reply.replace("\\n", "\n")), phase, "other");

    assertThat(List.of(categories.split(";")))
        .as("%s by %s", reply, found.rule())
        .contains(found.category().id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          550 5.7.1 Domain of sender x.example has no MX record
          550 5.1.8 Sender's domain has no MX
          550 5.7.1 The domain of your address has no MX record
          550 Sending domain does not exist
          550 5.7.1 No MX record for your domain
          550 5.7.1 no such domain as that of the sender
          550 Mail from an unknown domain is refused
          """)
  void holdsNothingAboutTheSenderAgainstTheRecipient(String reply) throws MalformedReplyException {
    Classification found = CLASSIFIER.classify(SmtpReply.parse(reply), Phase.RCPT, "other");

    assertThat(found.suppresses()).as("%s by %s", reply, found.rule()).isFalse();
  }
}
