package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The API over a whole node, by HTTP alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final AtomicInteger NAMES = new AtomicInteger();

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;
  private HttpClient http;
  private DescribedAnswers described;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    http = HttpClient.newHttpClient();
    described = new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));
  }

  @AfterAll
  void stop() throws Exception {
    http.close();
    api.close();
    node.close();
  }

  @Test
  void sendsACampaignAndReportsIt() {
    long list =
        list("anna@healthy.test,Anna\nben@healthy.test,Ben\nnobody1@choosy.test,N\nwrong,W\n");
    api.post(
        "/api/v1/suppressions",
        Map.of("items", List.of(Map.of("kind", "address", "value", "ben@healthy.test"))));
    long campaign = campaign(list, "Hello {{first_name}}");

    api.post(campaignPath(campaign) + "/schedule", Map.of("at", "now"));
    JsonNode progress = ended(campaign);

    assertThat(progress.path("state").asText()).isEqualTo("finished");
    JsonNode report = api.get("/api/v1/reports/campaigns/" + campaign);
    JsonNode counts = report.path("total").path("counts");
    assertThat(counts.path("accepted").asLong()).isEqualTo(1);
    assertThat(counts.path("suppressed").asLong()).isEqualTo(1);
    assertThat(counts.path("hardBounced").asLong()).isEqualTo(1);
    assertThat(node.mailboxes().of("anna@healthy.test"))
        .singleElement()
        .satisfies(
            message -> assertThat(message.content().text().orElseThrow()).contains("Hello Anna"));
    assertThat(node.mailboxes().of("ben@healthy.test")).isEmpty();
    assertThat(
            api.get("/api/v1/suppressions/check?address=nobody1%40choosy.test")
                .path("suppressed")
                .asBoolean())
        .as("a hard bounce suppresses")
        .isTrue();
    JsonNode delivery =
        api.get("/api/v1/deliveries?campaign=" + campaign + "&state=bounced").path("items").path(0);
    JsonNode attempts =
        api.get("/api/v1/deliveries/" + delivery.path("delivery").path("id").asLong())
            .path("attempts");
    assertThat(attempts).hasSize(1);
    assertThat(attempts.path(0).path("why").path("policyVersion").asInt()).isPositive();
    JsonNode rates = api.get("/api/v1/rates?by=isp,domain&campaign=" + campaign).path("groups");
    assertThat(rates).hasSize(1);
    assertThat(rates.path(0).path("rates").path("tlsRate").path("of").asLong())
        .as("of the one accepted it is known")
        .isEqualTo(1);
    assertThat(api.getText("/api/v1/rates?by=route&format=csv", "text/csv"))
        .startsWith("route,accepted,relayed,hard_bounce_rate");
    assertThat(api.getText("/api/v1/reports/campaigns/" + campaign + "?format=csv", "text/csv"))
        .startsWith("isp,platform,route,port");
    assertThat(api.getText("/api/v1/reports/campaigns/" + campaign + "?format=html", "text/html"))
        .contains("<h2>Counts by ISP, route and port</h2>")
        .doesNotContain("http://", "https://");
  }

  @Test
  void unsubscribesByPostAlone() throws Exception {
    long list = list("carla@healthy.test,Carla\n");
    long campaign = campaign(list, "Hi");
    api.post(campaignPath(campaign) + "/schedule", Map.of("at", "now"));
    ended(campaign);
    String text =
        node.mailboxes().of("carla@healthy.test").getFirst().content().text().orElseThrow();
    String header =
        text.lines().filter(line -> line.startsWith("List-Unsubscribe:")).findFirst().orElseThrow();
    String path = URI.create(header.replaceAll(".*<([^>]+)>.*", "$1")).getPath();

    HttpResponse<String> shown = send("GET", path, "", "");
    assertThat(shown.statusCode()).isEqualTo(200);
    assertThat(suppressed("carla@healthy.test")).as("GET changes nothing").isFalse();

    HttpResponse<String> done =
        http.send(
            HttpRequest.newBuilder(node.url().resolve(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("List-Unsubscribe=One-Click"))
                .build(),
            BodyHandlers.ofString());

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(suppressed("carla@healthy.test")).isTrue();
    for (String method : List.of("GET", "POST")) {
      HttpResponse<String> broken =
          send(method, "/unsubscribe/AAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "");
      assertThat(broken.statusCode()).isEqualTo(404);
      assertThat(broken.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
      assertThat(broken.body()).contains("This link does not work").doesNotContain("<form");
    }
  }

  @Test
  void saysWhichTransitionsAreLegal() {
    long campaign = campaign(list("dora@healthy.test,Dora\n"), "Hi");

    assertThatThrownBy(() -> api.post(campaignPath(campaign) + "/pause"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(409);
              assertThat(e).hasMessageContaining("draft").hasMessageContaining("schedule");
            });
  }

  @Test
  void refusesBadInputNamingTheField() {
    long list = list("emil@healthy.test,Emil\n");
    refused(422, "name", () -> api.post("/api/v1/campaigns", Map.of("listId", list)));
    refused(
        422,
        "subject",
        () -> {
          long campaign = campaign(list, "Hello {{#if}}");
          return api.post(campaignPath(campaign) + "/schedule", Map.of("at", "now"));
        });
    refused(
        422,
        "launch",
        () -> {
          long campaign = campaign(list, "Hi");
          return api.post(
              campaignPath(campaign) + "/schedule",
              Map.of("at", Instant.now().minusSeconds(3600).toString()));
        });
    refused(
        422,
        "at",
        () -> api.post(campaignPath(campaign(list, "Hi")) + "/schedule", Map.of("at", "soon")));
    refused(422, "surname", () -> api.post("/api/v1/lists", Map.of("name", "x", "surname", "y")));
    refused(400, "recipients", () -> api.get("/api/v1/lists?recipients=1"));
    refused(
        422,
        "25",
        () ->
            api.postText(
                "/api/v1/policy/versions",
                "rules:\n  - isp: \"*\"\n    paths: [\"direct:587\"]\n",
                "application/yaml"));
    refused(
        422,
        "value",
        () ->
            api.post(
                "/api/v1/suppressions",
                Map.of("items", List.of(Map.of("kind", "address", "value", "a\r\nb@x.test")))));
    refused(404, "campaign 999999", () -> api.get(campaignPath(999_999)));
  }

  @Test
  void refusesAFileWithoutAddressesAsAWhole() {
    long list = api.post("/api/v1/lists", Map.of("name", name())).path("id").asLong();

    refused(
        422,
        "surname",
        () ->
            api.postText("/api/v1/lists/" + list + "/imports", "name,surname\nA,B\n", "text/csv"));

    assertThat(api.get("/api/v1/lists/" + list).path("recipients").asLong()).isZero();
  }

  @Test
  void makesOnceWhatComesWithTheSameIdempotencyKey() throws Exception {
    String body = "{\"name\": \"" + name() + "\"}";
    HttpResponse<String> first = create(body, "key-1");
    HttpResponse<String> again = create(body, "key-1");
    HttpResponse<String> other = create("{\"name\": \"" + name() + "\"}", "key-1");

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("Location"))
        .isEqualTo(first.headers().firstValue("Location"));
    assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(other.statusCode()).isEqualTo(422);
  }

  @Test
  void letsEachRoleDoWhatItMay() throws Exception {
    String reader =
        api.post("/api/v1/api-keys", Map.of("name", name(), "role", "read"))
            .path("secret")
            .asText();

    assertThat(send("GET", "/api/v1/lists", "", "").statusCode()).isEqualTo(401);
    assertThat(send("GET", "/api/v1/lists", "", "ptl_wrong").statusCode()).isEqualTo(401);
    assertThat(send("GET", "/api/v1/lists", "", reader).statusCode()).isEqualTo(200);
    HttpResponse<String> forbidden = send("POST", "/api/v1/lists", "{\"name\": \"x\"}", reader);
    assertThat(forbidden.statusCode()).isEqualTo(403);
    assertThat(forbidden.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(forbidden.body()).contains("operate");
    assertThat(send("GET", "/api/v1/api-keys", "", reader).statusCode()).isEqualTo(403);
    assertThat(send("GET", "/nowhere", "", reader).statusCode()).isEqualTo(404);
  }

  @Test
  void servesWhatTheDescriptionDescribesAndNothingElse() throws Exception {
    JsonNode paths =
        new ObjectMapper(new YAMLFactory())
            .readTree(send("GET", "/docs/openapi.yaml", "", "").body())
            .path("paths");
    List<String> described =
        paths.properties().stream()
            .flatMap(
                path ->
                    path.getValue().properties().stream()
                        .filter(
                            method ->
                                List.of("head", "get", "post", "put", "patch", "delete")
                                    .contains(method.getKey()))
                        .map(method -> method.getKey() + " " + path.getKey()))
            .sorted()
            .toList();

    assertThat(node.routes()).containsExactlyElementsOf(described);
  }

  @Test
  void pagesByCursor() {
    long list = list("f1@healthy.test,F\nf2@healthy.test,F\nf3@healthy.test,F\n");

    JsonNode first = api.get("/api/v1/lists/" + list + "/recipients?limit=2");
    JsonNode second =
        api.get(
            "/api/v1/lists/"
                + list
                + "/recipients?limit=2&cursor="
                + first.path("nextCursor").asText());

    assertThat(first.path("items")).hasSize(2);
    assertThat(second.path("items")).hasSize(1);
    assertThat(second.has("nextCursor")).isFalse();
  }

  private HttpResponse<String> create(String body, String key) throws Exception {
    return http.send(
        HttpRequest.newBuilder(node.url().resolve("/api/v1/lists"))
            .header("Authorization", "Bearer " + node.key())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path, String body, String key)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.url().resolve(path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    assertThat(described.declares(method, URI.create(path).getPath(), answer.statusCode()))
        .as(method + " " + path + " is described with " + answer.statusCode())
        .isTrue();
    return answer;
  }

  private static void refused(int status, String named, Supplier<JsonNode> call) {
    assertThatThrownBy(call::get)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e).hasMessageContaining(named);
            });
  }

  private boolean suppressed(String address) {
    JsonNode check = api.get("/api/v1/suppressions/check?address=" + ApiClient.encode(address));
    return check.path("suppressed").asBoolean() || !check.path("elsewhere").isEmpty();
  }

  private static String name() {
    return "n" + NAMES.incrementAndGet();
  }

  private static String campaignPath(long id) {
    return "/api/v1/campaigns/" + id;
  }

  /** A list of the rows of a file with the columns email and first_name. */
  private long list(String rows) {
    long list = api.post("/api/v1/lists", Map.of("name", name())).path("id").asLong();
    long job =
        api.postText("/api/v1/lists/" + list + "/imports", "email,first_name\n" + rows, "text/csv")
            .path("id")
            .asLong();
    JsonNode ended =
        eventually(
            () -> api.get("/api/v1/imports/" + job),
            it -> !it.path("state").asText().equals("running"));
    assertThat(ended.path("state").asText()).isEqualTo("finished");
    return list;
  }

  private long campaign(long list, String subject) {
    return api.post(
            "/api/v1/campaigns",
            Map.of(
                "name",
                name(),
                "listId",
                list,
                "content",
                Map.of("fromAddress", "news@sender.test", "subject", subject, "text", "Good day.")))
        .path("id")
        .asLong();
  }

  private JsonNode ended(long campaign) {
    return eventually(
        () -> api.get(campaignPath(campaign) + "/progress"),
        it -> List.of("finished", "cancelled").contains(it.path("state").asText()));
  }

  /** Asks again until the answer is as wanted. */
  private static JsonNode eventually(Supplier<JsonNode> call, Predicate<JsonNode> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode answer = call.get();
      if (wanted.test(answer)) {
        return answer;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + PATIENCE + ": " + answer);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
