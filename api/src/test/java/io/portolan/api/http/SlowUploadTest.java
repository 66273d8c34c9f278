package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final String CSV = "Content-Type: text/csv\r\n\r\nemail\n";
  private static final String FORM =
      """
      Content-Type: multipart/form-data; boundary=b

      --b
      Content-Disposition: form-data; name="file"; filename="a.csv"

      email
      """
          .replace("\n", "\r\n");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

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
          slow.add(begun(node, imports, upload % 2 == 0 ? CSV : FORM));
        }
        Eventually.value(
            "a ninth is refused",
            () -> refusal(api, imports),
            refusal -> refusal.contains("being received"));

        slow.removeFirst().close();
        Eventually.value("one has ended", () -> refusal(api, imports), String::isEmpty);
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    }
  }

  /** Why an upload is refused; empty when it is not. */
  private static String refusal(ApiClient api, String imports) {
    try {
      api.postText(imports, "email\na@healthy.test\n", "text/csv");
      return "";
    } catch (ApiException e) {
      assertThat(e.status()).isEqualTo(409);
      return String.valueOf(e.getMessage());
    }
  }

  private void imports(TestingNode node, ApiClient api) throws IOException {
    long list = api.post("/api/v1/lists", Map.of("name", "slow")).path("id").asLong();
    String imports = "/api/v1/lists/" + list + "/imports";
    try (Socket first = begun(node, imports, CSV);
        Socket second = begun(node, imports, FORM)) {
      assertThat(List.of(first, second)).allMatch(Socket::isConnected);
      Eventually.holds("both are being received", () -> received() == 2);

      assertThat(api.postText(imports, "email\na@healthy.test\n", "text/csv").has("id")).isTrue();
    }
  }

  /** An upload of which the end does not come. */
  private static Socket begun(TestingNode node, String path, String beginning) throws IOException {
    Socket socket = new Socket(node.url().getHost(), node.url().getPort());
    String request =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + node.key()
            + "\r\nContent-Length: 1000\r\n"
            + beginning;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private int received() {
    try (Stream<Path> files = Files.walk(uploads)) {
      return (int) files.filter(file -> file.toString().endsWith(".csv")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
