package io.portolan.api.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SignedPostTest {
  @Test
  @Timeout(30)
  void waitsForNoBodyThatNeverEnds() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000); // and nothing of it
          exchange.getResponseBody().flush();
        });
    server.start();
    try (SignedPost post = new SignedPost(Duration.ofMillis(300))) {
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/?token=secret");

      Optional<String> trouble = post.send(url, "", "{}");

      assertThat(trouble.orElseThrow()).contains("no whole answer").doesNotContain("secret");
    } finally {
      server.stop(0);
    }
  }
}
