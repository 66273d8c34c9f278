package io.portolan.api.application;

import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.configuration.WatchConfiguration;
import io.portolan.api.outgoing.SignedPost;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.core.dnshealth.FindingChange;
import io.portolan.core.json.Json;
import io.portolan.core.matching.FeedbackAlarm;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.dnshealth.DnsHealthListener;
import io.portolan.sender.watch.VerdictListener;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people that the verdict on a port has changed, or a check of the DNS, or that mail bounced
 * late for a cause on our side, each cause and platform once an hour: in the log, and by a webhook,
 * which gets a JSON document, signed as {@link SignedPost} says. What a webhook does not take in
 * three trials is lost, and the log says so. Alerts are sent one after another, in the order of
 * what happened.
 *
 * <p>Thread-safe.
 */
final class Alerts implements VerdictListener, DnsHealthListener, FeedbackAlarm, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Alerts.class);
  private static final Duration QUIET = Duration.ofHours(1);
  private static final int TRIALS = 3;
  private static final String OPEN = "open";

  private final Optional<URI> webhook;
  private final String secret;
  // categories and platforms are closed sets
  private final Map<String, Instant> told = new ConcurrentHashMap<>();
  private final SignedPost post = new SignedPost();
  private final ExecutorService sending =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("alerts").factory());

  /**
   * @param secret the key to sign with; empty for none
   */
  Alerts(Optional<URI> webhook, String secret) {
    this.webhook = webhook;
    this.secret = secret;
  }

  /** What a webhook gets of a port. */
  private record Document(
      String event, String at, int port, String from, String to, String words, String node) {}

  /** What a webhook gets of a check of the DNS. */
  private record DnsDocument(
      String event,
      String at,
      String subject,
      String check,
      String from,
      String to,
      String seen,
      String words,
      String node) {}

  /** The alerts as configured. */
  static Alerts of(WatchConfiguration watching, Secrets secrets) {
    try {
      return new Alerts(
          watching.webhook(),
          watching.secret().isEmpty() ? "" : secrets.resolve(watching.secret()));
    } catch (SecretException e) {
      throw new ConfigurationException("alerts.secret: " + e.getMessage());
    }
  }

  private record BounceDocument(
      String event,
      String at,
      String category,
      String platform,
      long campaign,
      long delivery,
      String words) {}

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
  public void changed(FindingChange change) {
    DnsFinding finding = change.finding();
    String words = (finding.meaning() + " " + finding.advice()).strip();
    if (finding.status() == DnsStatus.ERROR) {
      log.warn("{} of {} in the DNS is wrong: {}", finding.check().id(), finding.subject(), words);
    } else {
      log.info(
          "{} of {} in the DNS is {} again: {}",
          finding.check().id(),
          finding.subject(),
          finding.status().id(),
          words);
    }
    webhook.ifPresent(
        url ->
            sending.execute(
                () ->
                    send(
                        url,
                        Json.write(
                            new DnsDocument(
                                "dns-health",
                                change.at().toString(),
                                finding.subject(),
                                finding.check().id(),
                                change.from().id(),
                                finding.status().id(),
                                finding.seen(),
                                words,
                                change.node())))));
  }

  @Override
  public void raise(LateBounce bounce) {
    AtomicBoolean isDue = new AtomicBoolean();
    told.compute(
        bounce.category() + " " + bounce.platform(),
        (_, before) -> {
          isDue.set(before == null || before.plus(QUIET).isBefore(bounce.at()));
          return isDue.get() ? bounce.at() : before;
        });
    if (isDue.get()) {
      log.warn(
          "mail to {} comes back ({}), which wants mending on our side: delivery {} of campaign {}: {}",
          bounce.platform(),
          bounce.category(),
          bounce.deliveryId(),
          bounce.campaignId(),
          bounce.diagnostic());
      webhook.ifPresent(url -> sending.execute(() -> send(url, document(bounce))));
    }
  }

  private static String document(LateBounce bounce) {
    return Json.write(
        new BounceDocument(
            "late-bounce",
            bounce.at().toString(),
            bounce.category(),
            bounce.platform(),
            bounce.campaignId(),
            bounce.deliveryId(),
            bounce.diagnostic()));
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
