package io.portolan.sender.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.ReportedRecipient;
import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.ReplyClassifier;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedbackReaderTest {
  private static final FeedbackReader READER =
      new FeedbackReader(ReplyClassifier.builtIn(), IspDirectory.builtIn());
  static final String ORIGINAL =
      """
      Return-Path: <b+Tok3n@bounce.acme.example>
      Message-ID: <17.4@acme.example>
      Feedback-ID: 4:acme:news:portolan
      From: Acme <news@acme.example>
      To: Anna <anna@mail.example>
      Subject: Offers

      """;

  static final String DSN =
      """
      Return-Path: <>
      Delivered-To: b+Tok3n@bounce.acme.example
      From: MAILER-DAEMON@mx.mail.example
      To: b+Tok3n@bounce.acme.example
      Subject: Undelivered Mail Returned to Sender
      Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

      --b1
      Content-Type: text/plain

      Sorry.
      --b1
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.mail.example (Exim)
      Arrival-Date: Sat, 28 Nov 2026 10:00:00 +0000

      Original-Recipient: rfc822;Anna@mail.example
      Final-Recipient: rfc822;anna.a@store.mail.example
      Action: failed
      Status: 5.0.0
      Remote-MTA: dns;store.mail.example
      Diagnostic-Code: smtp; 550 5.1.1 <anna.a@store.mail.example>:
        User unknown

      --b1
      Content-Type: message/rfc822

      """
          + ORIGINAL
          + "--b1--\n";

  @Test
  void readsWhatTheSenderWroteIntoTheEnvelope() {
    Feedback found =
        read(
            DSN.replace("Arrival-Date:", "Original-Envelope-Id: QCIBF4AB\nArrival-Date:")
                .replace("rfc822;Anna@", "rfc822;Anna+2Bnews@"));

    assertThat(found.original().envelopeId()).contains("QCIBF4AB");
    assertThat(found.recipients().getFirst().alternatives())
        .as("as it stands, for that may be an address, and with the xtext of RFC 3461 read")
        .containsExactly("anna+2bnews@mail.example", "anna+news@mail.example");
    assertThat(read(DSN).original().envelopeId()).isEmpty();
    assertThat(
            read(DSN.replace("Arrival-Date:", "Original-Envelope-Id: " + "x".repeat(101) + "\nA:"))
                .original()
                .envelopeId())
        .isEmpty();
  }

  @Test
  void readsAStatusNotification() {
    Feedback found = read(DSN);

    assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
    assertThat(found.reportingMta()).contains("mx.mail.example");
    assertThat(found.arrivalDate()).contains(Instant.parse("2026-11-28T10:00:00Z"));
    ReportedRecipient recipient = found.recipients().getFirst();
    assertThat(recipient.address()).isEqualTo("anna.a@store.mail.example");
    assertThat(recipient.alternatives()).containsExactly("anna@mail.example");
    assertThat(recipient.remoteMta()).contains("store.mail.example");
    Verdict verdict = recipient.verdict().orElseThrow();
    assertThat(verdict.status()).map(Object::toString).contains("5.1.1");
    assertThat(verdict.replyCode()).hasValue(550);
    assertThat(verdict.category()).isEqualTo(BounceCategory.BAD_MAILBOX);
    assertThat(verdict.hardness()).isEqualTo(Hardness.HARD);
    assertThat(verdict.rule()).isEqualTo("no-such-mailbox");
  }

  @Test
  void findsWhatADeliveryIsFoundBy() {
    var original = read(DSN).original();

    assertThat(original.tokens()).startsWith("b+Tok3n@bounce.acme.example");
    assertThat(original.messageId()).contains("17.4@acme.example");
    assertThat(original.feedbackId()).contains("4:acme:news:portolan");
    assertThat(original.from()).contains("news@acme.example");
    assertThat(original.to()).containsExactly("anna@mail.example");
  }

  @Test
  void tellsAWarningFromAFailureAndSuppressesNobodyForIt() {
    Feedback found = read(DSN.replace("Action: failed", "Action: delayed"));

    assertThat(found.kind()).isEqualTo(FeedbackKind.DELAY);
    assertThat(verdict(found).hardness()).isEqualTo(Hardness.NEITHER);
  }

  @Test
  void leavesWhatTheHostStillTriesWhileAnotherFailed() {
    Feedback found =
        read(
            DSN.replace(
                "Original-Recipient:",
                "Final-Recipient: rfc822; bob@mail.example\nAction: delayed\nStatus: 4.2.2\n\nOriginal-Recipient:"));

    assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
    assertThat(found.recipients())
        .extracting(ReportedRecipient::address)
        .hasSize(1)
        .doesNotContain("bob@mail.example");
  }

  @Test
  void reportsOfSeveralRecipientsThoseThatFailed() {
    Feedback found =
        read(
            DSN.replace(
                "Original-Recipient:",
                "Final-Recipient: rfc822; bob@mail.example\nAction: relayed\nStatus: 2.0.0\n\nOriginal-Recipient:"));

    assertThat(found.recipients()).extracting(ReportedRecipient::address).hasSize(1);
    assertThat(read(DSN.replace("failed", "delivered").replace("5.0.0", "2.0.0")).kind())
        .isEqualTo(FeedbackKind.DELIVERED);
  }

  /** RFC 3464 section 2.3.3: it went to where nobody will tell what becomes of it. */
  @ParameterizedTest
  @ValueSource(strings = {"relayed", "expanded"})
  void takesNoHandingOnForADelivery(String action) {
    String handedOn = DSN.replace("failed", action).replace("5.0.0", "2.0.0");

    assertThat(read(handedOn).kind()).isEqualTo(FeedbackKind.NONE);
    Feedback both =
        read(
            handedOn.replace(
                "Original-Recipient:",
                "Final-Recipient: rfc822; bob@mail.example\nAction: delivered\nStatus: 2.0.0\n\nOriginal-Recipient:"));
    assertThat(both.kind()).isEqualTo(FeedbackKind.DELIVERED);
    assertThat(both.recipients())
        .extracting(ReportedRecipient::address)
        .containsExactly("bob@mail.example");
  }

  @Test
  void readsAddressesBeyondAscii() {
    Feedback found =
        read(
            DSN.replace("message/delivery-status", "message/global-delivery-status")
                .replace("rfc822;anna.a@store", "utf-8; J\\x{F6}rg@store"));

    assertThat(found.recipients().getFirst().address()).isEqualTo("jörg@store.mail.example");
  }

  @Test
  void takesTheOriginalRecipientWhereTheFinalOneIsNoAddress() {
    Feedback found =
        read(DSN.replace("rfc822;anna.a@store.mail.example", "rfc822; @relay.example"));

    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "\r\r\n"})
  void readsAnyEndOfLine(String end) {
    assertThat(read(DSN.replace("\n", end))).isEqualTo(read(DSN));
  }

  @Test
  void readsPastAnMboxLineAndEmptyLines() {
    assertThat(read("\n\nFrom MAILER-DAEMON Sat Nov 28 10:00:00 2026\n" + DSN))
        .isEqualTo(read(DSN));
  }

  @Test
  void readsFieldsThatStandInText() {
    Feedback found =
        read(
            """
            From: postmaster@mail.example
            Subject: Delivery failed

            An error occurred.

            Action: failed
            Final-Recipient: rfc822; anna@mail.example
            Status: 5.2.2
            Diagnostic-Code: smtp; 552 5.2.2 mailbox full
            """);

    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
    assertThat(verdict(found).category()).isEqualTo(BounceCategory.MAILBOX_FULL);
    assertThat(verdict(found).hardness()).isEqualTo(Hardness.SOFT);
  }

  @Test
  void readsAReportInWords() {
    Feedback found =
        read(
            """
            Return-Path: <>
            From: MAILER-DAEMON@relay.example
            To: news@acme.example
            Subject: failure notice

            Hi. This is the mail program at relay.example.
            Your message could not be delivered. Questions? Write to help@relay.example.

            <anna@mail.example>:
            Remote host said: 550 5.1.1 no such user

            <bob@mail.example>:
            Remote host said: 552 mailbox is full

            --- Below this line is a copy of the message.

            """
                + ORIGINAL);

    assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
    assertThat(found.recipients())
        .extracting(ReportedRecipient::address)
        .containsExactly("anna@mail.example", "bob@mail.example");
    assertThat(found.recipients())
        .extracting(each -> each.verdict().orElseThrow().category())
        .containsExactly(BounceCategory.BAD_MAILBOX, BounceCategory.MAILBOX_FULL);
    assertThat(found.original().messageId()).contains("17.4@acme.example");
  }

  @Test
  void believesTheHeaderThatNamesTheFailed() {
    Feedback found =
        read(
            """
            From: Mail Delivery System <Mailer-Daemon@relay.example>
            X-Failed-Recipients: anna@mail.example
            Subject: Mail delivery failed: returning message to sender

            The following address failed:

              forward@elsewhere.example
                (generated from anna@mail.example)
                host mx.elsewhere.example [192.0.2.1]
                SMTP error from remote mail server after end of data:
                550 5.7.1 Message rejected as spam
            """);

    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
    assertThat(verdict(found).category()).isEqualTo(BounceCategory.SPAM_CONTENT);
  }

  @Test
  void readsAWarningInWords() {
    Feedback found =
        read(
            """
            From: Mailer-Daemon@relay.example
            Subject: Warning: message delayed 24 hours

            Your message to anna@mail.example has not yet been delivered: connection timed out.
            No action is required on your part. Delivery attempts will continue.
            """);

    assertThat(found.kind()).isEqualTo(FeedbackKind.DELAY);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
    assertThat(verdict(found).category()).isEqualTo(BounceCategory.NETWORK);
  }

  @Test
  void readsEncodedTextInItsCharset() {
    String words = "送信先のメールボックスが一杯のため、送信できませんでした。\n\n<anna@mail.example>\n";
    byte[] japanese = words.getBytes(Charset.forName("ISO-2022-JP"));
    String head =
        "From: postmaster@mail.example\nSubject: =?utf-8?B?44Oh44O844Or44Ko44Op44O8?=\nContent-Type: text/plain";
    Feedback raw =
        READER.read(
            (head + "\n\n" + new String(japanese, StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.ISO_8859_1));
    Feedback encoded =
        read(
            head
                + "; charset=iso-2022-jp\nContent-Transfer-Encoding: base64\n\n"
                + Base64.getMimeEncoder().encodeToString(japanese));

    for (Feedback found : new Feedback[] {raw, encoded}) {
      assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
      assertThat(verdict(found).category()).isEqualTo(BounceCategory.MAILBOX_FULL);
    }
  }

  @Test
  void readsAReportThatSomebodySentOn() {
    Feedback found =
        read(
            "From: anna@acme.example\n"
                + "Subject: Fwd: what is this?\n"
                + "Content-Type: multipart/mixed; boundary=x\n\n"
                + "--x\n\n"
                + "See below.\n"
                + "--x\n"
                + "Content-Type: message/rfc822\n\n"
                + DSN
                + "\n--x--\n");

    assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna.a@store.mail.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Auto-Submitted: auto-replied\nSubject: Re: Offers",
        "Subject: Out of Office: Offers",
        "Subject: Automatische Antwort: Offers",
        "Precedence: auto_reply\nSubject: Hello",
        "X-Autoreply: yes\nSubject: Hello"
      })
  void tellsAnAnswerByAProgram(String headers) {
    Feedback found = read("From: anna@mail.example\n" + headers + "\n\nI am away until Monday.\n");

    assertThat(found.kind()).isEqualTo(FeedbackKind.AUTO_REPLY);
    assertThat(found.recipients().getFirst().address()).isEqualTo("anna@mail.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n\n",
        "Subject: Hello\n\nHow are you? Mail to bob@mail.example could not be delivered, he says.\n",
        "From: anna@mail.example\nSubject: Re: returned mail\n\nThanks!\n",
        "From: postmaster@mail.example\nSubject: Our new web mail\n\nWe have moved.\n",
        "From: a@b.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=m\n\n--m\n\nread\n--m\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--m--\n",
      })
  void takesOtherMailForNone(String mail) {
    assertThat(read(mail).kind()).isEqualTo(FeedbackKind.NONE);
  }

  private static Verdict verdict(Feedback feedback) {
    return feedback.recipients().getFirst().verdict().orElseThrow();
  }

  static Feedback read(String mail) {
    return READER.read(mail.getBytes(StandardCharsets.UTF_8));
  }
}
