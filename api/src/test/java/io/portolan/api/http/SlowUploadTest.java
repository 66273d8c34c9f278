package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SlowUploadTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  @Test
  void importsWhileOtherUploadsAreSlow() throws Exception {
    try (TestingNode node = new TestingNode(database, uploads);
        ApiClient api = new ApiClient(node.url(), node.key())) {
      imports(node, api);
    }
  }

  @Test
  void receivesABoundedNumberAtOnce() throws Exception {
    try (TestingNode node = new TestingNode(database, uploads);
        ApiClient api = new ApiClient(node.url(), node.key())) {
      long list = api.post("/api/v1/lists", Map.of("name", "many")).path("id").asLong();
      String imports = "/api/v1/lists/" + list + "/imports";
      List<Socket> slow = new ArrayList<>();
      try {
        for (int upload = 0; upload < 8; upload++) {
          slow.add(begun(node, imports));
        }
        Eventually.holds("eight are being received", () -> received() == 8);

        assertThatThrownBy(() -> api.postText(imports, "email\na@healthy.test\n", "text/csv"))
            .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(409))
            .hasMessageContaining("being received");

        slow.removeFirst().close();
        Eventually.holds("one has ended", () -> received() == 7);
        assertThat(api.postText(imports, "email\na@healthy.test\n", "text/csv").has("id")).isTrue();
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    }
  }

  private static void imports(TestingNode node, ApiClient api) throws IOException {
    long list = api.post("/api/v1/lists", Map.of("name", "slow")).path("id").asLong();
    String imports = "/api/v1/lists/" + list + "/imports";
    try (Socket first = begun(node, imports);
        Socket second = begun(node, imports)) {
      assertThat(List.of(first, second)).allMatch(Socket::isConnected);
      Eventually.holds("both are being received", () -> received() == 2);

      assertThat(api.postText(imports, "email\na@healthy.test\n", "text/csv").has("id")).isTrue();
    }
  }

  /** An upload of which the end does not come. */
  private static Socket begun(TestingNode node, String path) throws IOException {
    Socket socket = new Socket(node.url().getHost(), node.url().getPort());
    String request =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + node.key()
            + "\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nemail\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static int received() {
    try (Stream<Path> files = Files.walk(uploads)) {
      return (int) files.filter(file -> file.toString().endsWith(".csv")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
