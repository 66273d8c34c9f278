package io.portolan.core.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.ReplyClassifier;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayEventsTest {
  private static final RelayEvents EVENTS =
      new RelayEvents(new Diagnosis(ReplyClassifier.builtIn(), IspDirectory.builtIn()));

  @Test
  void readsABounceOfSesWithinANotification() {
    String event =
        "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"Anna@mail.example\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp;"
            + " 550 5.1.1 user unknown\"}],\"reportingMTA\":\"dsn;"
            + " a1.ses.example\"},\"mail\":{\"source\":\"news@acme.example\",\"destination\":[\"anna@mail.example\"],\"headers\":[{\"name\":\"Message-ID\",\"value\":\"<1@acme.example>\"}]}}";
    String wrapped =
        "{\"Type\":\"Notification\",\"Message\":\"" + event.replace("\"", "\\\"") + "\"}";

    for (String json : List.of(event, wrapped)) {
      Feedback found = EVENTS.read(json).getFirst();
      assertThat(found.kind()).isEqualTo(FeedbackKind.BOUNCE);
      assertThat(found.reportingMta()).contains("a1.ses.example");
      assertThat(found.original().messageId()).contains("1@acme.example");
      ReportedRecipient recipient = found.recipients().getFirst();
      assertThat(recipient.address()).isEqualTo("anna@mail.example");
      assertThat(recipient.verdict().orElseThrow().category())
          .isEqualTo(BounceCategory.BAD_MAILBOX);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"sg_event_id":"1","event":"bounce","email":"a@b.example","status":"5.2.2","reason":"552 mailbox full"}                                        | bounce      | mailbox-full
          {"sg_event_id":"1","event":"deferred","email":"a@b.example","response":"421 4.7.0 too many connections"}                                       | delay       | rate-limited
          {"sg_event_id":"1","event":"spamreport","email":"a@b.example"}                                                                                 | complaint   |
          {"sg_event_id":"1","event":"group_unsubscribe","email":"a@b.example"}                                                                          | unsubscribe |
          {"event-data":{"event":"failed","severity":"permanent","recipient":"a@b.example","delivery-status":{"code":550,"message":"5.1.1 no such user"}}} | bounce      | bad-mailbox
          {"event-data":{"event":"failed","severity":"temporary","recipient":"a@b.example","delivery-status":{"code":450,"message":"greylisted"}}}        | delay       | remote-system
          {"event-data":{"event":"complained","recipient":"a@b.example"}}                                                                                | complaint   |
          {"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","Details":"smtp;550 5.1.1 user unknown"}                                      | bounce      | bad-mailbox
          {"RecordType":"SpamComplaint","Type":"SpamComplaint","Email":"a@b.example"}                                                                    | complaint   |
          {"RecordType":"SubscriptionChange","Recipient":"a@b.example","SuppressSending":true}                                                           | unsubscribe |
          {"RecordType":"SubscriptionChange","Recipient":"a@b.example","SuppressSending":true,"SuppressionReason":"ManualSuppression"}                   | unsubscribe |
          {"msys":{"message_event":{"type":"bounce","rcpt_to":"a@b.example","raw_reason":"550 5.1.1 user unknown"}}}                                     | bounce      | bad-mailbox
          {"msys":{"unsubscribe_event":{"type":"list_unsubscribe","rcpt_to":"a@b.example"}}}                                                             | unsubscribe |
          {"notificationType":"Complaint","complaint":{"complaintFeedbackType":"abuse","complainedRecipients":[{"emailAddress":"a@b.example"}]},"mail":{}}  | complaint |
          {"notificationType":"Complaint","complaint":{"complaintFeedbackType":"auth-failure","complainedRecipients":[{"emailAddress":"a@b.example"}]},"mail":{}}  | auth-report |
          {"notificationType":"Complaint","complaint":{"complaintFeedbackType":"opt-out","complainedRecipients":[{"emailAddress":"a@b.example"}]},"mail":{}}  | unsubscribe |
          {"eventType":"Reject","reject":{"reason":"Bad content"},"mail":{"destination":["a@b.example"]}}                                                 | bounce      | content-rejected
          {"eventType":"Rendering Failure","failure":{"errorMessage":"Attribute 'x' is not present"},"mail":{"destination":["a@b.example"]}}              | bounce      | content-rejected
          {"event-data":{"event":"rejected","reject":{"reason":"no such user is what a filter said"},"message":{"headers":{"to":"A <a@b.example>"}}}}    | bounce      | policy
          {"event-data":{"event":"rejected","reject":{"reason":"old"},"recipient":"a@b.example"}}                                                        | bounce      | policy
          {"msys":{"gen_event":{"type":"generation_failure","rcpt_to":"a@b.example","reason":"substitution failed"}}}                                    | bounce      | content-rejected
          {"msys":{"gen_event":{"type":"generation_rejection","rcpt_to":"a@b.example","raw_reason":"550 5.1.1 no such user","reason":""}}}               | bounce      | policy
          {"RecordType":"Bounce","Type":"SoftBounce","Email":"a@b.example","Details":"smtp;552 mailbox full"}                                            | bounce      | mailbox-full
          {"RecordType":"Bounce","Type":"DMARCPolicy","Email":"a@b.example"}                                                                             | bounce      | unknown
          {"RecordType":"Bounce","Type":"Transient","Email":"a@b.example","Details":"smtp;450 greylisted"}                                               | delay       | remote-system
          {"RecordType":"Bounce","Type":"AutoResponder","Email":"a@b.example"}                                                                           | auto-reply  |
          {"RecordType":"Bounce","Type":"ChallengeVerification","Email":"a@b.example","Details":"550 5.1.1 user unknown until you answer"}               | auto-reply  |
          {"RecordType":"Bounce","Type":"AddressChange","Email":"a@b.example"}                                                                           | auto-reply  |
          {"RecordType":"Bounce","Type":"Subscribe","Email":"a@b.example"}                                                                               | auto-reply  |
          {"event":"bounce","recipient":"a@b.example","reply":"550 5.1.1 user unknown","messageId":"<x@y>"}                                              | bounce      | bad-mailbox
          """)
  void readsTheEventsOfRelays(String json, String kind, String category) {
    Feedback found = EVENTS.read("[" + json + "]").getFirst();

    assertThat(found.kind().id()).isEqualTo(kind);
    assertThat(found.recipients().getFirst().address()).isEqualTo("a@b.example");
    assertThat(found.recipients().getFirst().verdict().map(it -> it.category().id()).orElse(null))
        .isEqualTo(category);
  }

  /** What the service itself refused says nothing of the mailbox, whatever its words. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"eventType\":\"Reject\",\"reject\":{\"reason\":\"550 5.1.1 user"
            + " unknown\"},\"mail\":{\"destination\":[\"a@b.example\"]}}",
        "{\"event-data\":{\"event\":\"rejected\",\"reject\":{\"reason\":\"550 5.1.1 user"
            + " unknown\"},\"recipient\":\"a@b.example\"}}",
        "{\"msys\":{\"gen_event\":{\"type\":\"generation_rejection\",\"rcpt_to\":\"a@b.example\",\"raw_reason\":\"550"
            + " 5.1.1 user unknown\"}}}"
      })
  void suppressesNobodyForWhatTheServiceRefused(String json) {
    ReportedRecipient.Verdict verdict =
        EVENTS.read(json).getFirst().recipients().getFirst().verdict().orElseThrow();

    assertThat(verdict.hardness()).isEqualTo(Hardness.NEITHER);
    assertThat(verdict.category().isHard()).isFalse();
    assertThat(verdict.diagnostic()).contains("550 5.1.1 user unknown");
  }

  @Test
  void readsTheFeedbackIdOfTheHeadersThatSesRepeats() {
    String event =
        """
        {"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@b.example"}]},
         "mail":{"source":"news@acme.example","headers":[%s{"name":"Feedback-Id","value":" 4:acme:campaign:portolan "}]}}
        """;
    String messageId = "{\"name\":\"message-id\",\"value\":\"<1@acme.example>\"},";

    OriginalMessage both = EVENTS.read(event.formatted(messageId)).getFirst().original();
    OriginalMessage one = EVENTS.read(event.formatted("")).getFirst().original();

    assertThat(both.messageId()).contains("1@acme.example");
    assertThat(both.feedbackId()).contains("4:acme:campaign:portolan");
    assertThat(one.messageId()).isEmpty();
    assertThat(one.feedbackId()).contains("4:acme:campaign:portolan");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","Metadata":{"color":"blue","portolan":"token"}}        | token
          {"RecordType":"SpamComplaint","Email":"a@b.example","Metadata":{"portolan":"token"}}                                     | token
          {"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","Metadata":{"color":"blue"}}                           |
          {"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","Metadata":{"portolan":7}}                             |
          {"msys":{"message_event":{"type":"bounce","rcpt_to":"a@b.example","rcpt_meta":{"portolan":"token"}}}}                   | token
          {"msys":{"unsubscribe_event":{"type":"link_unsubscribe","rcpt_to":"a@b.example","rcpt_meta":{"portolan":"token"}}}}      | token
          {"sg_event_id":"1","event":"spamreport","email":"a@b.example","portolan":"token"}                                        | token
          {"sg_event_id":"1","event":"unsubscribe","email":"a@b.example","color":"blue"}                                           |
          {"msys":{"message_event":{"type":"bounce","rcpt_to":"a@b.example","rcpt_meta":[]}}}                                     |
          """)
  void readsWhatWeGaveTheRelay(String json, @Nullable String token) {
    assertThat(EVENTS.read(json).getFirst().original().tokens())
        .isEqualTo(Stream.ofNullable(token).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,null,\"x\"]",
        "{\"Type\":\"Notification\",\"Message\":\"{\"}",
        "{\"notificationType\":\"Bounce\"}",
        "{\"notificationType\":\"Complaint\",\"complaint\":{\"complaintFeedbackType\":\"not-spam\",\"complainedRecipients\":[{\"emailAddress\":\"a@b.example\"}]},\"mail\":{}}",
        "{\"RecordType\":\"SubscriptionChange\",\"Recipient\":\"a@b.example\",\"SuppressSending\":true,\"SuppressionReason\":\"HardBounce\"}",
        "{\"RecordType\":\"SubscriptionChange\",\"Recipient\":\"a@b.example\",\"SuppressSending\":true,\"SuppressionReason\":\"SpamComplaint\"}",
        "{\"RecordType\":\"Bounce\",\"Type\":\"OpenRelayTest\",\"Email\":\"a@b.example\"}",
        "{\"RecordType\":\"Bounce\",\"Type\":\"InboundError\",\"Email\":\"a@b.example\"}",
        "{\"RecordType\":\"Bounce\",\"Type\":\"OfLater\",\"Email\":\"a@b.example\"}",
        "{\"msys\":{\"gen_event\":{\"type\":\"injection\",\"rcpt_to\":\"a@b.example\"}}}",
        "{\"event\":\"bounce\"}",
        "{\"sg_event_id\":\"1\",\"event\":\"open\",\"email\":\"a@b.example\"}"
      })
  void takesWhatIsNoEventForNone(String json) {
    assertThat(EVENTS.read(json)).allSatisfy(each -> assertThat(each.recipients()).isEmpty());
  }
}
