package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.portolan.api.node.TestingNode;
import io.portolan.core.campaign.GuardLimits;
import io.portolan.core.database.TestDatabase;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the server answers, against what {@code openapi.yaml} says that it does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DescriptionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private HttpClient http;
  private String openApi;
  private DescribedAnswers described;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    http = HttpClient.newHttpClient();
    openApi = send("GET", "/docs/openapi.yaml", "", "application/json").body();
    described = new DescribedAnswers(openApi);
  }

  @AfterAll
  void stop() throws Exception {
    http.close();
    node.close();
  }

  @Test
  void isAnOpenApiDocument() {
    assertThat(new OpenAPIV3Parser().readContents(openApi).getMessages()).isEmpty();
  }

  @Test
  void describesTheAnswersOfAWholeCampaign() throws Exception {
    long list = made("/api/v1/lists", "{\"name\":\"people\"}");
    as("get", "/api/v1/lists", "");
    as("patch", "/api/v1/lists/{id}", "{\"description\":\"all\"}", list);
    as(
        "post",
        "/api/v1/lists/{id}/recipients",
        "{\"address\":\"ada@healthy.test\",\"attributes\":{\"n\":1}}",
        list);
    as("post", "/api/v1/lists/{id}/recipients", "{\"address\":\"nobody1@choosy.test\"}", list);
    as("get", "/api/v1/lists/{id}/recipients", "", list);
    JsonNode job =
        answer(
            "post",
            "/api/v1/lists/{id}/imports",
            send(
                "POST",
                "/api/v1/lists/" + list + "/imports",
                "email\nb@healthy.test\n",
                "text/csv"));
    as("get", "/api/v1/imports/{id}", "", job.path("id").asLong());
    as("get", "/api/v1/lists/{id}/imports", "", list);
    long template =
        made("/api/v1/templates", "{\"name\":\"t\",\"subject\":\"Hi\",\"text\":\"Hello\"}");
    as("get", "/api/v1/templates/{id}", "", template);
    as("get", "/api/v1/templates", "");
    long campaign =
        made(
            "/api/v1/campaigns",
            "{\"name\":\"c\",\"listId\":"
                + list
                + ",\"templateId\":"
                + template
                + ",\"content\":{\"fromAddress\":\"news@sender.test\"}}");
    as(
        "patch",
        "/api/v1/campaigns/{id}",
        "{\"sendWindow\":{\"days\":[\"monday\",\"tuesday\",\"wednesday\",\"thursday\",\"friday\",\"saturday\",\"sunday\"],\"from\":\"00:00\",\"until\":\"00:00\",\"zone\":\"UTC\"}}",
        campaign);
    as("post", "/api/v1/campaigns/{id}/schedule", "{\"at\":\"now\"}", campaign);
    JsonNode progress = as("get", "/api/v1/campaigns/{id}/progress", "", campaign);
    while (!progress.path("state").asText().equals("finished")) {
      progress = as("get", "/api/v1/campaigns/{id}/progress", "", campaign);
    }
    as("get", "/api/v1/campaigns/{id}", "", campaign);
    as("get", "/api/v1/campaigns", "");
    as("get", "/api/v1/reports/campaigns/{id}", "", campaign);
    as("get", "/api/v1/rates", "");
    as("post", "/api/v1/policy/versions/{version}/simulate", "", 1);
    as("get", "/api/v1/policy/recommendations", "");
    assertThat(as("get", "/api/v1/paths", "").path("paths")).isNotEmpty();
    JsonNode ports = as("get", "/api/v1/ports", "");
    // the first looks may take longer than a short campaign
    while (ports.path("ports").isEmpty()) {
      ports = as("get", "/api/v1/ports", "");
    }
    database.execute(
        """
        INSERT INTO port_verdict_change (at, network, port, from_verdict, to_verdict, words, evidence, node)
        VALUES (now(), 'default', 25, 'unknown', 'open', '', '[]', 'a')
        """);
    database.execute(
        """
        INSERT INTO path_transition (at, network, route, target, port, tls, from_state, to_state, cause, host, evidence, node)
        VALUES (now(), 'default', 'direct', '', 25, 'opportunistic', 'open', 'half-open', 'mail', '', '', 'a')
        """);
    assertThat(as("get", "/api/v1/ports/history", "").path("items")).isNotEmpty();
    assertThat(as("get", "/api/v1/paths/history", "").path("items")).isNotEmpty();
    JsonNode deliveries = as("get", "/api/v1/deliveries", "");
    for (JsonNode delivery : deliveries.path("items")) {
      long id = delivery.path("delivery").path("id").asLong();
      as("get", "/api/v1/deliveries/{id}", "", id);
      as("get", "/api/v1/deliveries/{id}/explain", "", id);
    }
    as("get", "/api/v1/suppressions", "");
    as("get", "/api/v1/api-keys", "");
  }

  @Test
  void describesRelays() throws Exception {
    String relay =
        "{\"host\":\"smtp.example.net\",\"ports\":[{\"port\":587,\"tls\":\"starttls\"}]}";
    HttpResponse<String> made = send("PUT", "/api/v1/relays/mailer", relay, "application/json");
    assertThat(
            described.differences("put", "/api/v1/relays/{name}", 201, JSON.readTree(made.body())))
        .isEmpty();
    as("get", "/api/v1/relays", "");
  }

  @Test
  void statesTheLimitsOfGuardrailsAsTheyAreTaken() throws Exception {
    JsonNode limits =
        new ObjectMapper(new YAMLFactory())
            .readTree(openApi)
            .path("components")
            .path("schemas")
            .path("GuardLimits");
    Pattern pattern = Pattern.compile(limits.path("pattern").asText());
    List<String> written =
        List.of(
            "off",
            "2% to 10%",
            "0.0001% to 99.9999%",
            "5 % to 20 %",
            "05% to 10%",
            "0% to 5%",
            "0.00 % to 5%",
            "0.5% to 1",
            "2% - 10%",
            "100% to 200%",
            "1.23456% to 5%",
            "OFF",
            "",
            " off",
            "2% to 10% ",
            "-1% to 5%",
            "2%  to 10%");
    for (String text : written) {
      assertThat(pattern.matcher(text).find())
          .as("\"%s\"", text)
          .isEqualTo(GuardLimits.parse(text).isPresent());
    }
    assertThat(limits.path("examples"))
        .isNotEmpty()
        .allMatch(example -> GuardLimits.parse(example.asText()).isPresent());
    long campaign = made("/api/v1/campaigns", "{\"name\":\"g\",\"guards\":{\"block\":\"off\"}}");
    assertThat(as("get", "/api/v1/campaigns/{id}", "", campaign).has("guards")).isTrue();

    JsonNode changed = as("patch", "/api/v1/campaigns/{id}", "{\"guards\":null}", campaign);

    assertThat(changed.has("guards")).as("as configured again").isFalse();
  }

  @Test
  void describesRefusals() throws Exception {
    HttpResponse<String> invalid = send("POST", "/api/v1/lists", "{}", "application/json");
    assertThat(invalid.statusCode()).isEqualTo(422);
    assertThat(described.differences("post", "/api/v1/lists", 422, JSON.readTree(invalid.body())))
        .isEmpty();
    HttpResponse<String> empty = send("POST", "/api/v1/lists", "", "application/json");
    assertThat(described.differences("post", "/api/v1/lists", 400, JSON.readTree(empty.body())))
        .isEmpty();
    HttpResponse<String> missing = send("GET", "/api/v1/campaigns/999999", "", "application/json");
    assertThat(
            described.differences(
                "get", "/api/v1/campaigns/{id}", 404, JSON.readTree(missing.body())))
        .isEmpty();
  }

  private long made(String path, String body) throws Exception {
    return as("post", path, body).path("id").asLong();
  }

  /** Makes a call, which must succeed with an answer as described. */
  private JsonNode as(String method, String path, String body, Object... ids) throws Exception {
    String called = path;
    for (Object id : ids) {
      called = called.replaceFirst("\\{[^}]+\\}", String.valueOf(id));
    }
    return answer(
        method, path, send(method.toUpperCase(Locale.ROOT), called, body, "application/json"));
  }

  private JsonNode answer(String method, String path, HttpResponse<String> response)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isLessThan(300);
    JsonNode answer = JSON.readTree(response.body());
    assertThat(described.differences(method, path, response.statusCode(), answer))
        .as(method + " " + path)
        .isEmpty();
    return answer;
  }

  private HttpResponse<String> send(String method, String path, String body, String contentType)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .header("Authorization", "Bearer " + node.key())
            .header("Content-Type", contentType)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
