package io.portolan.api.outgoing;

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
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends JSON documents to webhooks by POST. Where there is a key, {@value #HEADER} has {@code
 * sha256=} and the HMAC-SHA256 of the body in hexadecimal digits. Redirects are not followed.
 *
 * <p>Thread-safe.
 */
public final class SignedPost implements AutoCloseable {
  /** The header field of the signature. */
  public static final String HEADER = "Portolan-Signature";

  /** How long connecting, and the whole call, may take. */
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final String HMAC = "HmacSHA256";

  private final Duration deadline;
  private final HttpClient client;

  public SignedPost() {
    this(DEADLINE);
  }

  SignedPost(Duration deadline) {
    this.deadline = deadline;
    client = HttpClient.newBuilder().connectTimeout(deadline).build();
  }

  /**
   * Sends a document once.
   *
   * @param secret the key to sign with; empty for none
   * @return what went wrong, in words without the URL, which may hold a secret; empty if the answer
   *     was 2xx
   */
  public Optional<String> send(URI url, String secret, String document)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(document));
    if (!secret.isEmpty()) {
      request.header(HEADER, "sha256=" + signature(secret, document));
    }
    try {
      int status =
          WholeCall.send(client, request.build(), HttpResponse.BodyHandlers.discarding(), deadline)
              .statusCode();
      return status / 100 == 2 ? Optional.empty() : Optional.of("it answers " + status);
    } catch (IOException e) {
      return Optional.of(e.toString());
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private static String signature(String secret, String document) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
      return HexFormat.of().formatHex(mac.doFinal(document.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
