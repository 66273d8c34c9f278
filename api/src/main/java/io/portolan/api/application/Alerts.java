package io.portolan.api.application;

import io.portolan.core.json.Json;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.sender.watch.VerdictListener;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people that the verdict on a port has changed: in the log, and by a webhook, which gets a
 * JSON document and, where there is a key, its HMAC-SHA256 in {@code Portolan-Signature}. What a
 * webhook does not take in three trials is lost, and the log says so. Alerts are sent one after
 * another, in the order of what happened.
 *
 * <p>Thread-safe.
 */
final class Alerts implements VerdictListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Alerts.class);
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int TRIALS = 3;
  private static final String OPEN = "open";
  private static final String HMAC = "HmacSHA256";

  private final Optional<URI> webhook;
  private final String secret;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(DEADLINE).build();
  private final ExecutorService sending =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("alerts").factory());

  /**
   * @param secret the key to sign with; empty for none
   */
  Alerts(Optional<URI> webhook, String secret) {
    this.webhook = webhook;
    this.secret = secret;
  }

  /** What a webhook gets. */
  private record Document(
      String event, String at, int port, String from, String to, String words, String node) {}

  @Override
  public void changed(VerdictChange change) {
    if (isFirstAndGood(change)) {
      log.info("port {} gets through: {}", change.port(), change.words());
      return;
    }
    if (change.to().equals(OPEN)) {
      log.info(
          "port {} was {} and is open again: {}", change.port(), change.from(), change.words());
    } else {
      log.warn("port {} is {}: {}", change.port(), change.to(), change.words());
    }
    webhook.ifPresent(url -> sending.execute(() -> send(url, document(change))));
  }

  @Override
  public void close() {
    sending.shutdown();
    try {
      if (!sending.awaitTermination(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        int waiting = sending.shutdownNow().size();
        log.error("{} alerts or more were not sent, for this node ends", waiting + 1);
      }
    } catch (InterruptedException e) {
      sending.shutdownNow();
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
  }

  /** That all is well when nothing was known before is no alert. */
  private static boolean isFirstAndGood(VerdictChange change) {
    return change.from().equals(StoredVerdict.UNKNOWN) && change.to().equals(OPEN);
  }

  private static String document(VerdictChange change) {
    return Json.write(
        new Document(
            "port-verdict",
            change.at().toString(),
            change.port(),
            change.from(),
            change.to(),
            change.words(),
            change.node()));
  }

  private void send(URI url, String document) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(DEADLINE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(document));
    if (!secret.isEmpty()) {
      request.header("Portolan-Signature", "sha256=" + signature(document));
    }
    String trouble = "";
    try {
      for (int trial = 1; trial <= TRIALS; trial++) {
        try {
          int status =
              client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
          if (status / 100 == 2) {
            return;
          }
          trouble = "it answers " + status;
        } catch (IOException e) {
          trouble = e.toString();
        }
        if (trial < TRIALS) {
          Thread.sleep(Duration.ofSeconds(trial));
        }
      }
      // the rest of the URL may be a secret
      log.error("the alert could not be sent to {}: {}", url.getHost(), trouble);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String signature(String document) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
      return HexFormat.of().formatHex(mac.doFinal(document.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
