package io.portolan.api.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * Verifies what Amazon SNS sends: signed with a certificate that is fetched from Amazon alone, for
 * the topic that is configured alone, since anybody can have a topic. Thread-safe.
 */
final class SnsMessages {
  private static final Pattern HOST =
      // a region's name: s3 and its kin would be buckets, which are anybody's
      Pattern.compile("sns\\.[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\\d{1,2}\\.amazonaws\\.com(?:\\.cn)?");
  private static final Pattern CERTIFICATE =
      Pattern.compile("/SimpleNotificationService-[0-9a-f]{1,64}\\.pem");
  private static final List<String> SIGNED_OF_NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> SIGNED_OF_SUBSCRIPTION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
  private static final int MOST_CERTIFICATES = 16;
  private static final Duration NO_NEW_TRY = Duration.ofMinutes(1);

  private final Signatures signatures;
  private final Fetcher fetcher;
  private final InstantSource clock;
  private final Semaphore fetching = new Semaphore(1);
  // Amazon changes its certificate about once a year; the oldest goes when there are many
  private final Map<URI, X509Certificate> certificates = new Latest<>();
  private final Map<URI, Instant> missing = new Latest<>();

  /** Guarded by {@link #certificates}. */
  private static final class Latest<V> extends LinkedHashMap<URI, V> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<URI, V> eldest) {
      return size() > MOST_CERTIFICATES;
    }
  }

  /** Gets what is at a URL of Amazon's. */
  @FunctionalInterface
  interface Fetcher {
    byte[] get(URI url) throws IOException;
  }

  SnsMessages(Signatures signatures, Fetcher fetcher, InstantSource clock) {
    this.signatures = signatures;
    this.fetcher = fetcher;
    this.clock = clock;
  }

  /** Whether a message asks to confirm a subscription. */
  static boolean isSubscription(JsonNode message) {
    return text(message, "Type").equals("SubscriptionConfirmation");
  }

  /** Whether a message tells that a subscription has ended. */
  static boolean isUnsubscription(JsonNode message) {
    return text(message, "Type").equals("UnsubscribeConfirmation");
  }

  /**
   * Fetches the certificate that {@link #verify} needs if it is not known; may take seconds. One is
   * fetched at a time, and one that was not to be had is not asked for again for a minute.
   */
  void prepare(JsonNode message, String topic) throws RefusedCallException {
    requireTopic(message, topic);
    URI url = certificateUrl(message);
    synchronized (certificates) {
      Instant failed = missing.get(url);
      if (certificates.containsKey(url)) {
        return;
      }
      if (failed != null && clock.instant().isBefore(failed.plus(NO_NEW_TRY))) {
        throw RefusedCallException.later("Amazon's certificate was not to be had.");
      }
    }
    if (!fetching.tryAcquire()) {
      throw RefusedCallException.later("Amazon's certificate is being fetched; try again.");
    }
    try {
      fetch(url);
    } finally {
      fetching.release();
    }
  }

  /** Refuses a message that is not Amazon's, of this topic and of this day. */
  void verify(JsonNode message, String topic) throws RefusedCallException {
    requireTopic(message, topic);
    X509Certificate certificate = certificate(certificateUrl(message));
    try {
      certificate.checkValidity(Date.from(timestamp(message)));
      Signature verifier =
          Signature.getInstance(
              text(message, "SignatureVersion").equals("1") ? "SHA1withRSA" : "SHA256withRSA");
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(signed(message).getBytes(StandardCharsets.UTF_8));
      if (!verifier.verify(Base64.getDecoder().decode(text(message, "Signature")))) {
        throw RefusedCallException.wrong("The signature is wrong.");
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw RefusedCallException.wrong("The signature is wrong.");
    }
    signatures.recent(timestamp(message), Signatures.OLDEST_OF_VENDORS);
  }

  /** Confirms a subscription that was verified. */
  void confirm(JsonNode message) throws RefusedCallException {
    URI url = amazon(text(message, "SubscribeURL"));
    try {
      fetcher.get(url);
    } catch (IOException e) {
      throw RefusedCallException.later("The subscription could not be confirmed at Amazon.");
    }
  }

  private static void requireTopic(JsonNode message, String topic) throws RefusedCallException {
    if (text(message, "Signature").isEmpty()) {
      throw RefusedCallException.unproved(
          "The call is not signed by SNS; raw message delivery must be off.");
    }
    if (!text(message, "TopicArn").equals(topic)) {
      throw RefusedCallException.wrong("The topic is not the one that is configured.");
    }
  }

  private X509Certificate certificate(URI url) throws RefusedCallException {
    synchronized (certificates) {
      X509Certificate known = certificates.get(url);
      if (known != null) {
        return known;
      }
    }
    throw RefusedCallException.later("Amazon's certificate is to be fetched; try again.");
  }

  private void fetch(URI url) throws RefusedCallException {
    try {
      X509Certificate fetched =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(fetcher.get(url)));
      synchronized (certificates) {
        certificates.put(url, fetched);
      }
    } catch (IOException | GeneralSecurityException e) {
      synchronized (certificates) {
        missing.put(url, clock.instant());
      }
      throw RefusedCallException.later("Amazon's certificate was not to be had.");
    }
  }

  private static String signed(JsonNode message) {
    StringBuilder signed = new StringBuilder();
    for (String field :
        text(message, "Type").equals("Notification")
            ? SIGNED_OF_NOTIFICATION
            : SIGNED_OF_SUBSCRIPTION) {
      if (message.path(field).isTextual()) {
        signed.append(field).append('\n').append(text(message, field)).append('\n');
      }
    }
    return signed.toString();
  }

  private static URI certificateUrl(JsonNode message) throws RefusedCallException {
    URI url = amazon(text(message, "SigningCertURL"));
    if (!CERTIFICATE.matcher(url.getRawPath()).matches()) {
      throw RefusedCallException.wrong("The certificate is not one of SNS.");
    }
    return url;
  }

  private static URI amazon(String written) throws RefusedCallException {
    try {
      URI url = URI.create(written);
      if ("https".equals(url.getScheme())
          && url.getHost() != null
          && HOST.matcher(url.getHost()).matches()
          && url.getPort() == -1
          && url.getRawUserInfo() == null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // no URL: refused below
    }
    throw RefusedCallException.wrong("A URL in the message is not one of SNS.");
  }

  private static Instant timestamp(JsonNode message) throws RefusedCallException {
    try {
      return Instant.parse(text(message, "Timestamp"));
    } catch (DateTimeException e) {
      throw RefusedCallException.wrong("The timestamp is no time.");
    }
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }
}
