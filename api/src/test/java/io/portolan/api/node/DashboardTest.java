package io.portolan.api.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.json.Json;
import io.portolan.sender.simulation.ServerPhase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard for Grafana asks for what a node's metrics have. */
class DashboardTest {
  private static final Path FILE = Path.of("..", "docs", "grafana", "portolan.json");
  private static final Pattern METRIC = Pattern.compile("\\b(?:portolan|jvm)_[a-z_]+");
  private static final Pattern LABELS = Pattern.compile("by \\(([a-z, ]+)\\)");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  @Test
  void asksForMetricsAndLabelsThatANodeHas() throws Exception {
    String scrape;
    try (TestingNode node = new TestingNode(database, uploads);
        ApiClient api = new ApiClient(node.url(), node.key());
        HttpClient client = HttpClient.newHttpClient()) {
      // one ISP's mail host fails as a path does, the other's takes the message
      node.healthy().getFirst().on(ServerPhase.BANNER).close().always();
      send(api, List.of("anna@healthy.test", "ben@choosy.test"));
      scrape =
          Eventually.value(
              "a result and a path failure are counted",
              () -> scrape(client, node.url()),
              text ->
                  text.contains("portolan_exchange") && text.contains("portolan_path_failures"));
    }
    Set<String> missing = new TreeSet<>();
    for (String expression : expressions()) {
      Matcher metric = METRIC.matcher(expression);
      while (metric.find()) {
        if (!scrape.contains("\n" + metric.group() + "{")
            && !scrape.contains("\n" + metric.group() + " ")) {
          missing.add(metric.group());
        }
      }
      Matcher labels = LABELS.matcher(expression);
      while (labels.find()) {
        for (String label : labels.group(1).split(", ", -1)) {
          // Prometheus adds the instance
          if (!label.equals("instance") && !scrape.contains(label + "=\"")) {
            missing.add(label);
          }
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void hasWhatGrafanaWantsOfADashboard() throws Exception {
    JsonNode dashboard = dashboard();
    Set<Integer> ids = new HashSet<>();

    assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
    assertThat(dashboard.path("title").asText()).isEqualTo("Portolan");
    assertThat(dashboard.path("uid").asText()).hasSizeBetween(1, 40);
    assertThat(dashboard.path("panels")).hasSizeGreaterThan(10);
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as("the id of a panel is its own").isTrue();
      assertThat(panel.path("gridPos").path("x").asInt() + panel.path("gridPos").path("w").asInt())
          .as("the grid has 24 columns")
          .isLessThanOrEqualTo(24);
      assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
    }
  }

  private static JsonNode dashboard() throws Exception {
    return Json.read(Files.readString(FILE), JsonNode.class);
  }

  private static List<String> expressions() throws Exception {
    List<String> all = new ArrayList<>();
    dashboard()
        .path("panels")
        .forEach(
            panel ->
                panel.path("targets").forEach(target -> all.add(target.path("expr").asText())));
    assertThat(all).isNotEmpty();
    return all;
  }

  private static void send(ApiClient api, List<String> addresses) {
    long list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    addresses.forEach(
        address -> api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", address)));
    String campaign =
        "/api/v1/campaigns/"
            + api.post(
                    "/api/v1/campaigns",
                    Map.of(
                        "name",
                        "news",
                        "listId",
                        list,
                        "content",
                        Map.of("fromAddress", "me@sender.test", "subject", "Hi", "text", "Hello.")))
                .path("id")
                .asLong();
    api.post(campaign + "/schedule", Map.of("at", "now"));
  }

  private static String scrape(HttpClient client, URI node) {
    return client
        .sendAsync(
            HttpRequest.newBuilder(node.resolve("/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .join()
        .body();
  }
}
