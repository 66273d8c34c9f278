package io.portolan.api.webhook;

import io.portolan.api.outgoing.WholeCall;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Gets small documents over https, without following anybody elsewhere. Thread-safe. */
final class AmazonFetcher implements SnsMessages.Fetcher, AutoCloseable {
  private static final int MOST_BYTES = 64 * 1024;

  private final Duration deadline;
  private final HttpClient client;

  AmazonFetcher() {
    this(Duration.ofSeconds(10));
  }

  /**
   * @param deadline for all of it: connection, head and body
   */
  AmazonFetcher(Duration deadline) {
    this.deadline = deadline;
    client =
        HttpClient.newBuilder()
            .connectTimeout(deadline)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public byte[] get(URI url) throws IOException {
    try {
      HttpResponse<byte[]> response =
          WholeCall.send(
              client,
              HttpRequest.newBuilder(url).GET().build(),
              HttpResponse.BodyHandlers.limiting(
                  HttpResponse.BodyHandlers.ofByteArray(), MOST_BYTES),
              deadline);
      if (response.statusCode() != 200) {
        throw new IOException(url.getHost() + " answers " + response.statusCode());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
