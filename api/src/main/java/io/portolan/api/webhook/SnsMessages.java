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
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private final Signatures signatures;
  private final Fetcher fetcher;
  // Amazon changes its certificate about once a year; the oldest goes when there are many
  private final Map<URI, X509Certificate> certificates =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, X509Certificate> eldest) {
          return size() > MOST_CERTIFICATES;
        }
      };

  /** Gets what is at a URL of Amazon's. */
  @FunctionalInterface
  interface Fetcher {
    byte[] get(URI url) throws IOException;
  }

  SnsMessages(Signatures signatures, Fetcher fetcher) {
    this.signatures = signatures;
    this.fetcher = fetcher;
  }

  /** Whether a message asks to confirm a subscription. */
  static boolean isSubscription(JsonNode message) {
    return text(message, "Type").equals("SubscriptionConfirmation");
  }

  /** Refuses a message that is not Amazon's, of this topic and of this day. */
  void verify(JsonNode message, String topic) throws RefusedCallException {
    String signature = text(message, "Signature");
    if (signature.isEmpty()) {
      throw RefusedCallException.unproved(
          "The call is not signed by SNS; raw message delivery must be off.");
    }
    if (!text(message, "TopicArn").equals(topic)) {
      throw RefusedCallException.wrong("The topic is not the one that is configured.");
    }
    X509Certificate certificate = certificate(certificateUrl(message));
    try {
      certificate.checkValidity(Date.from(timestamp(message)));
      Signature verifier =
          Signature.getInstance(
              text(message, "SignatureVersion").equals("1") ? "SHA1withRSA" : "SHA256withRSA");
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(signed(message).getBytes(StandardCharsets.UTF_8));
      if (!verifier.verify(Base64.getDecoder().decode(signature))) {
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

  private X509Certificate certificate(URI url) throws RefusedCallException {
    synchronized (certificates) {
      X509Certificate known = certificates.get(url);
      if (known != null) {
        return known;
      }
    }
    try {
      X509Certificate fetched =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(fetcher.get(url)));
      synchronized (certificates) {
        certificates.put(url, fetched);
      }
      return fetched;
    } catch (IOException | GeneralSecurityException e) {
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
