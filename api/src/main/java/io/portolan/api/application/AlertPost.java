package io.portolan.api.application;

import io.portolan.api.outgoing.SignedPost;
import io.portolan.core.json.Json;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of alerts to the webhook: JSON documents, signed as {@link SignedPost} says, one after
 * another in the order in which they were given. What the webhook does not take in three trials is
 * lost, and so is what would wait behind {@value #MOST_WAITING} others; the log says so. Who gives
 * an alert waits for nothing and meets no failure.
 *
 * <p>Thread-safe.
 */
final class AlertPost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AlertPost.class);
  private static final int TRIALS = 3;
  private static final int MOST_WAITING = 1_000;

  private final Optional<URI> webhook;
  private final String secret;
  private final SignedPost post = new SignedPost();
  private final ThreadPoolExecutor sending =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofVirtual().name("alerts").factory(),
          (_, _) -> log.error("an alert was not sent, for too many wait, or this node ends"));

  /**
   * @param webhook where alerts go; empty for nowhere
   * @param secret the key to sign with; empty for none
   */
  AlertPost(Optional<URI> webhook, String secret) {
    this.webhook = webhook;
    this.secret = secret;
  }

  /** Sends a document soon. */
  void send(Object document) {
    webhook.ifPresent(url -> sending.execute(() -> send(url, Json.write(document))));
  }

  @Override
  public void close() {
    sending.shutdown();
    try {
      if (!sending.awaitTermination(SignedPost.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        int waiting = sending.shutdownNow().size();
        log.error("{} alerts or more were not sent, for this node ends", waiting + 1);
      }
    } catch (InterruptedException e) {
      sending.shutdownNow();
      Thread.currentThread().interrupt();
    }
    post.close();
  }

  private void send(URI url, String document) {
    Optional<String> trouble = Optional.empty();
    try {
      for (int trial = 1; trial <= TRIALS; trial++) {
        trouble = post.send(url, secret, document);
        if (trouble.isEmpty()) {
          return;
        }
        if (trial < TRIALS) {
          Thread.sleep(Duration.ofSeconds(trial));
        }
      }
      // the rest of the URL may be a secret
      log.error("the alert could not be sent to {}: {}", url.getHost(), trouble.orElse(""));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
