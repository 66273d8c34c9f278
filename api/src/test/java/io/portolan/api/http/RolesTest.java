package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every route against every role, by what the description says. */
class RolesTest {
  private static final List<String> ROLES = List.of("open", "read", "operate", "admin");
  private static final String NOBODY_KNOWS = "999999";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  @Test
  void everyRouteIsForTheRoleThatIsDescribedAndThoseAbove() throws Exception {
    try (TestingNode node = new TestingNode(database, uploads);
        ApiClient api = new ApiClient(node.url(), node.key());
        HttpClient http = HttpClient.newHttpClient()) {
      JsonNode paths =
          new ObjectMapper(new YAMLFactory())
              .readTree(api.getText("/docs/openapi.yaml", "application/yaml"))
              .path("paths");
      Map<String, String> keys =
          Map.of("read", key(api, "read"), "operate", key(api, "operate"), "admin", node.key());
      List<String> wrong = new ArrayList<>();
      for (String route : node.routes()) {
        String[] parts = route.split(" ", 2);
        String needed = paths.path(parts[1]).path(parts[0]).path("x-role").asText();
        assertThat(ROLES).as(route + " has an x-role").contains(needed);
        for (String role : ROLES) {
          int status = status(http, node.url(), parts, keys.getOrDefault(role, ""));
          int rank = ROLES.indexOf(role);
          boolean allowed = rank >= ROLES.indexOf(needed);
          boolean refused = role.equals("open") ? status == 401 : status == 403;
          if (allowed == refused || (allowed && (status == 401 || status >= 500))) {
            wrong.add(route + " as " + role + ": " + status + ", needs " + needed);
          }
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  private static String key(ApiClient api, String role) {
    return api.post("/api/v1/api-keys", Map.of("name", "a " + role, "role", role))
        .path("secret")
        .asText();
  }

  private static int status(HttpClient http, URI server, String[] route, String key)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(server + route[1].replaceAll("\\{[^}]+\\}", NOBODY_KNOWS)))
            .method(route[0].toUpperCase(Locale.ROOT), BodyPublishers.noBody());
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    return http.send(request.build(), BodyHandlers.discarding()).statusCode();
  }
}
