package io.portolan.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SesWebhookTest extends WebhookScene {
  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void takesANotificationOfTheTopicAndFetchesTheCertificateOnce(String version) throws Exception {
    Call signed =
        ofAmazon(notification("{}").put("SignatureVersion", version).put("Subject", "hello"));

    assertThat(webhooks.take("ses", "ses", signed).unmatched()).isEqualTo(1);
    assertThat(webhooks.take("ses", "ses", signed).duplicates()).isEqualTo(1);
    assertThat(fetched).containsExactly(URI.create(CERTIFICATE));
  }

  @Test
  void refusesOtherTopicsAndWhatAmazonDidNotSign() throws Exception {
    ObjectNode other = notification("{}").put("TopicArn", "arn:aws:sns:eu-west-1:666:mine");
    ObjectNode changed = notification("{}");
    ofAmazon(changed);
    changed.put("Message", "{\"other\":1}");

    assertThat(refused("ses", "ses", ofAmazon(other))).isEqualTo(403);
    assertThat(refused("ses", "ses", call(changed.toString()))).isEqualTo(403);
    assertThat(refused("ses", "ses", call("{\"notificationType\":\"Bounce\"}"))).isEqualTo(401);
    ObjectNode old = notification("{}").put("Timestamp", NOW.minus(Duration.ofDays(2)).toString());
    assertThat(refused("ses", "ses", ofAmazon(old))).isEqualTo(403);
    assertThat(inbox.arrivals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://bucket.s3.amazonaws.com/x.pem",
        "https://sns.s3.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.s3-accelerate.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/other/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "file:///etc/passwd",
        "not a url",
        ""
      })
  void fetchesCertificatesFromAmazonsNotificationServiceAlone(String url) throws Exception {
    assertThat(refused("ses", "ses", ofAmazon(notification("{}").put("SigningCertURL", url))))
        .isEqualTo(403);
    assertThat(fetched).isEmpty();
  }

  @Test
  void confirmsASubscriptionAtAmazonAlone() throws Exception {
    ObjectNode message =
        notification("please confirm")
            .put("Type", "SubscriptionConfirmation")
            .put("Token", "t")
            .put("SubscribeURL", "https://sns.eu-west-1.amazonaws.com/confirm?x=1");

    assertThat(webhooks.take("ses", "ses", ofAmazon(message)).events()).isZero();
    assertThat(fetched).contains(URI.create("https://sns.eu-west-1.amazonaws.com/confirm?x=1"));
    assertThat(
            refused(
                "ses",
                "ses",
                ofAmazon(message.put("SubscribeURL", "https://evil.example/confirm"))))
        .isEqualTo(403);
    assertThat(fetched).hasSize(2);
  }

  @Test
  void asksToTryAgainWhenTheCertificateIsNotToBeHad() throws Exception {
    ObjectNode message =
        notification("{}")
            .put(
                "SigningCertURL",
                "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-9.pem");
    assertThat(refused("ses", "ses", ofAmazon(message))).isEqualTo(503);
  }
}
