package io.portolan.api.outgoing;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls that are over in time, their body included: the timeout of a request ends with the head of
 * the answer, and a peer may take for ever over what follows. Holds no state.
 */
public final class WholeCall {
  private WholeCall() {}

  /**
   * Makes a call.
   *
   * @param deadline for all of it
   * @throws IOException if there is no answer, or not all of it in time; without the URL, which may
   *     hold a secret
   */
  public static <T> HttpResponse<T> send(
      HttpClient client, HttpRequest request, HttpResponse.BodyHandler<T> body, Duration deadline)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, body);
    try {
      return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + deadline.toMillis() + " ms", e);
    } finally {
      answer.cancel(true);
    }
  }
}
