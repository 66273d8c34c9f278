package io.portolan.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Source;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.message.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class WebhooksTest extends WebhookScene {
  @Test
  void takesABatchOfSendGridOnceThoughHalfOfItComesAgain() throws Exception {
    String two = "[{\"sg_event_id\":\"a\"},{\"sg_event_id\":\"b\"}]";
    String more = "[{\"sg_event_id\":\"b\",\"retry\":1},{\"sg_event_id\":\"c\"}]";

    assertThat(webhooks.take("sendgrid", "sendgrid", ofSendGrid(two, NOW)))
        .isEqualTo(new Webhooks.Taken(2, 0, 2, 0, 0));
    assertThat(webhooks.take("sendgrid", "sendgrid", ofSendGrid(more, NOW)))
        .isEqualTo(new Webhooks.Taken(2, 0, 1, 1, 0));
    assertThat(inbox.arrivals()).allMatch(each -> each.source() == Source.WEBHOOK);
    assertThat(counts.of(Source.WEBHOOK, IntakeCounts.Result.DUPLICATE)).isEqualTo(1);
  }

  @Test
  void refusesWhatSendGridDidNotSign() throws Exception {
    Call signed = ofSendGrid("[{\"sg_event_id\":\"a\"}]", NOW);
    Call changed =
        new Call(signed::header, "[{\"sg_event_id\":\"x\"}]".getBytes(StandardCharsets.UTF_8));

    assertThat(refused("sendgrid", "sendgrid", call("[]"))).isEqualTo(401);
    assertThat(refused("sendgrid", "sendgrid", changed)).isEqualTo(403);
    assertThat(
            refused(
                "sendgrid",
                "sendgrid",
                call(
                    "[]",
                    "X-Twilio-Email-Event-Webhook-Signature",
                    "no base64!",
                    "X-Twilio-Email-Event-Webhook-Timestamp",
                    "soon")))
        .isEqualTo(403);
    assertThat(inbox.arrivals()).isEmpty();
    assertThat(counts.of(Source.WEBHOOK, IntakeCounts.Result.REFUSED)).isEqualTo(3);
  }

  @Test
  void refusesWhatWasSignedYesterdayOrTomorrow() throws Exception {
    Call old = ofSendGrid("[]", NOW.minus(Duration.ofHours(25)));
    Call early = ofSendGrid("[]", NOW.plus(Duration.ofMinutes(6)));
    Call skewed = ofSendGrid("[]", NOW.plus(Duration.ofMinutes(4)));

    assertThat(refused("sendgrid", "sendgrid", old)).isEqualTo(403);
    assertThat(refused("sendgrid", "sendgrid", early)).isEqualTo(403);
    assertThat(refused("sendgrid", "sendgrid", skewed)).isZero();
    assertThat(refused("generic", "generic", ofOurs("[]", NOW.minus(Duration.ofMinutes(6)), "key")))
        .isEqualTo(403);
    assertThat(refused("generic", "generic", ofOurs("[]", NOW.minus(Duration.ofMinutes(4)), "key")))
        .isZero();
  }

  @Test
  void obeysATokenOfMailgunOnceWhateverEventItIsPutOn() throws Exception {
    Call first = ofMailgun("{\"event\":\"failed\",\"id\":\"1\"}", "token", NOW, "key");
    Call stolen = ofMailgun("{\"event\":\"complained\",\"id\":\"2\"}", "token", NOW, "key");

    assertThat(webhooks.take("mailgun", "mailgun", first).unmatched()).isEqualTo(1);
    assertThat(webhooks.take("mailgun", "mailgun", stolen).duplicates()).isEqualTo(1);
    Call opened = ofMailgun("{\"event\":\"opened\",\"id\":\"3\"}", "token3", NOW, "key");
    Call heard = ofMailgun("{\"event\":\"complained\",\"id\":\"4\"}", "token3", NOW, "key");
    assertThat(webhooks.take("mailgun", "mailgun", opened).ignored()).isEqualTo(1);
    assertThat(webhooks.take("mailgun", "mailgun", heard).duplicates()).isEqualTo(1);
    assertThat(refused("mailgun", "mailgun", ofMailgun("{}", "token2", NOW, "wrong")))
        .isEqualTo(403);
    assertThat(refused("mailgun", "mailgun", call("{\"event-data\":{}}"))).isEqualTo(401);
  }

  @Test
  void takesPostmarkAndSparkPostByTheirLogin() throws Exception {
    String bounce = "{\"RecordType\":\"Bounce\",\"ID\":7,\"MessageID\":\"m\"}";
    assertThat(
            webhooks.take("postmark", "postmark", loggedIn(bounce, "portolan:secret")).unmatched())
        .isEqualTo(1);
    assertThat(
            webhooks.take("postmark", "postmark", loggedIn(bounce, "portolan:secret")).duplicates())
        .isEqualTo(1);
    assertThat(refused("postmark", "postmark", loggedIn(bounce, "portolan:secreT"))).isEqualTo(403);
    assertThat(refused("postmark", "postmark", call(bounce))).isEqualTo(401);

    String batch = "[{\"msys\":{\"message_event\":{\"type\":\"bounce\",\"event_id\":\"9\"}}}]";
    assertThat(
            webhooks
                .take(
                    "sparkpost", "spark-eu", call(batch, "Authorization", "Bearer portolan:secret"))
                .unmatched())
        .isEqualTo(1);
    assertThat(refused("sparkpost", "spark-eu", call(batch, "Authorization", "Bearer x")))
        .isEqualTo(403);
  }

  @Test
  void takesWhatIsSignedInOurOwnFormOnce() throws Exception {
    String body = "{\"event\":\"bounce\",\"recipient\":\"a@b.example\"}";
    assertThat(webhooks.take("generic", "generic", ofOurs(body, NOW, "key")).unmatched())
        .isEqualTo(1);
    assertThat(webhooks.take("generic", "generic", ofOurs(body, NOW, "key")).duplicates())
        .isEqualTo(1);
    assertThat(refused("generic", "generic", ofOurs(body, NOW, "other"))).isEqualTo(403);
    assertThat(refused("generic", "generic", call(body))).isEqualTo(401);
    assertThat(refused("generic", "generic", call(body, "Portolan-Signature", "sha256=1")))
        .isEqualTo(403);
    assertThat(refused("generic", "generic", ofOurs("no json", NOW, "key"))).isEqualTo(400);
    assertThat(refused("generic", "generic", ofOurs("[".repeat(1000), NOW, "key"))).isEqualTo(400);
  }

  @Test
  void findsTheDeliveryByWhatWeSignedWhereverItStands() throws Exception {
    String returnPath = "b+" + tokens.sign(Tokens.Purpose.RETURN_PATH, 12) + "@bounce.example.net";
    String messageId =
        tokens.sign(Tokens.Purpose.MESSAGE_ID, 13).toUpperCase(Locale.ROOT) + "@news.example.net";

    webhooks.take(
        "ses", "ses", ofAmazon(notification("{\"mail\":{\"source\":\"" + returnPath + "\"}}")));
    webhooks.take(
        "generic", "generic", ofOurs("{\"messageId\":\"<" + messageId + ">\"}", NOW, "key"));

    assertThat(inbox.arrivals())
        .extracting(each -> each.feedback().original().tokens())
        .containsExactly(
            List.of(returnPath),
            List.of("b+" + tokens.sign(Tokens.Purpose.RETURN_PATH, 13) + "@bounce.example.net"));
  }

  @Test
  void answersNothingGoodBeforeAllIsCommitted() throws Exception {
    inbox.away(true);
    Call call = ofOurs("{\"id\":\"1\"}", NOW, "key");

    assertThatThrownBy(() -> webhooks.take("generic", "generic", call))
        .isInstanceOf(DatabaseException.class);
    inbox.away(false);
    assertThat(webhooks.take("generic", "generic", call).unmatched()).isEqualTo(1);
    assertThat(inbox.arrivals()).extracting(Arrival::receivedFrom).containsExactly("generic");
  }

  @Test
  void knowsNoOtherWebhooks() {
    assertThat(refused("ses", "nobody", call("{}"))).isEqualTo(404);
    assertThat(refused("postmark", "ses", call("{}"))).isEqualTo(404);
    assertThat(refused("sparkpost", "sparkpost", call("{}"))).isEqualTo(404);
    assertThat(refused("generic", "generic", call("x".repeat(Webhooks.MOST_BYTES + 1))))
        .isEqualTo(413);
  }
}
