package io.portolan.api.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portolan.core.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    assertThat(refused("ses", "ses", ofAmazon(message))).isEqualTo(503);
    assertThat(fetched).as("not again at once").hasSize(1);
    now.set(NOW.plus(Duration.ofMinutes(2)));
    assertThat(refused("ses", "ses", ofAmazon(message))).isEqualTo(503);
    assertThat(fetched).hasSize(2);
  }

  @Test
  void takesOtherCallsWhileAmazonIsSlow() throws Exception {
    CountDownLatch mayAnswer = new CountDownLatch(1);
    slow = Optional.of(mayAnswer);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Call call = ofAmazon(notification("{}").put("MessageId", "m-" + i));
        waiting.add(callers.submit(() -> refused("ses", "ses", call)));
      }
      Eventually.holds(
          "all but one are told to come again",
          () -> waiting.stream().filter(Future::isDone).count() == 19);

      assertThat(
              webhooks.take("generic", "generic", ofOurs("{\"id\":\"1\"}", NOW, "key")).unmatched())
          .isEqualTo(1);
      mayAnswer.countDown();
      for (Future<Integer> each : waiting) {
        assertThat(each.get()).isIn(0, 503);
      }
    }
    assertThat(fetched).hasSize(1);
  }

  @Test
  void givesUpABodyThatNeverEnds() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        AmazonFetcher fetcher = new AmazonFetcher(Duration.ofMillis(300))) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket peer = server.accept()) {
                  peer.getOutputStream()
                      .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1".getBytes(US_ASCII));
                  peer.getOutputStream().flush();
                  while (peer.getInputStream().read() >= 0) {
                    // until the fetcher hangs up
                  }
                } catch (IOException e) {
                  // it did
                }
              });
      assertThatThrownBy(
              () -> fetcher.get(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/")))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void takesTheEndOfASubscriptionForNoEvent() throws Exception {
    ObjectNode message =
        notification("you left")
            .put("Type", "UnsubscribeConfirmation")
            .put("Token", "t")
            .put("SubscribeURL", "https://sns.eu-west-1.amazonaws.com/confirm?x=1");

    assertThat(webhooks.take("ses", "ses", ofAmazon(message)).events()).isZero();
    assertThat(inbox.arrivals()).isEmpty();
  }
}
