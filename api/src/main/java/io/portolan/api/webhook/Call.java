package io.portolan.api.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** One call of a webhook, which anybody may have made. Not thread-safe. */
public final class Call {
  private final Function<String, Optional<String>> headers;
  private final byte[] body;

  /**
   * @param headers gives the value of a header by its name
   */
  public Call(Function<String, Optional<String>> headers, byte[] body) {
    this.headers = headers;
    this.body = body;
  }

  Optional<String> header(String name) {
    return headers.apply(name);
  }

  byte[] body() {
    return body;
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
