package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not pass, and must not be answered as our own fault. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String JSON = "application/json";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;
  private HttpClient http;
  private DescribedAnswers described;
  private long list;
  private long campaign;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    http = HttpClient.newHttpClient();
    described = new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));
    list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    campaign =
        api.post(
                "/api/v1/campaigns",
                Map.of(
                    "name",
                    "spring",
                    "listId",
                    list,
                    "content",
                    Map.of("fromAddress", "news@sender.test", "subject", "Hi", "text", "Hello")))
            .path("id")
            .asLong();
  }

  @AfterAll
  void stop() throws Exception {
    http.close();
    api.close();
    node.close();
  }

  @Test
  void refusesNullsInListsAndMaps() {
    assertThat(send("POST", "/api/v1/campaigns/" + campaign + "/test", "{\"to\":[null]}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(send("POST", "/api/v1/suppressions", "{\"items\":[null]}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(send("PUT", "/api/v1/relays/r", "{\"host\":\"smtp.example.net\",\"ports\":[null]}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(
            send(
                "POST",
                "/api/v1/lists/" + list + "/recipients",
                "{\"address\":\"a@b.test\",\"attributes\":{\"x\":null}}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(
            send(
                "PATCH",
                "/api/v1/campaigns/" + campaign,
                "{\"sendWindow\":{\"days\":[null],\"from\":\"09:00\",\"until\":\"10:00\",\"zone\":\"UTC\"}}"))
        .returns(422, HttpResponse::statusCode);
  }

  @Test
  void asksForACampaignOrAnAddressWhereAllDeliveriesWouldBeRead() {
    for (String query : List.of("state=relayed", "isp=gmail", "state=bounced&isp=gmail")) {
      assertThat(send("GET", "/api/v1/deliveries?" + query, ""))
          .returns(422, HttpResponse::statusCode)
          .extracting(HttpResponse::body)
          .asString()
          .contains("campaign", "is missing", "address=");
      assertThat(send("GET", "/api/v1/deliveries?campaign=" + campaign + "&" + query, ""))
          .returns(200, HttpResponse::statusCode);
      assertThat(send("GET", "/api/v1/deliveries?address=anna@a.test&" + query, ""))
          .returns(200, HttpResponse::statusCode);
    }
  }

  @Test
  void refusesTheNulCharacterWhereverItComes() throws Exception {
    for (String path :
        List.of(
            "/api/v1/lists?name=a%00b",
            "/api/v1/suppressions?value=%00",
            "/api/v1/deliveries?isp=%00",
            "/api/v1/relays/a%00b",
            "/api/v1/lists/%00")) {
      // the server closes the connection after what it cannot read
      try (HttpClient once = HttpClient.newHttpClient()) {
        assertThat(
                once.send(request("GET", path, "", JSON, bearer()), BodyHandlers.ofString())
                    .statusCode())
            .as(path)
            .isIn(400, 404, 422);
      }
    }
    assertThat(send("POST", "/api/v1/api-keys", "{\"name\":\"a\\u0000b\",\"role\":\"read\"}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(
            send(
                "POST",
                "/api/v1/suppressions",
                "{\"items\":[{\"kind\":\"domain\",\"value\":\"b.test\",\"note\":\"\\u0000\"}]}"))
        .returns(422, HttpResponse::statusCode);
  }

  @Test
  void refusesEmptyValuesOfWhatIsNeverEmptyInRates() {
    for (String name : List.of("campaign", "port", "isp", "platform")) {
      HttpResponse<String> answer = send("GET", "/api/v1/rates?" + name + "=", "");
      assertThat(answer).as(name).returns(422, HttpResponse::statusCode);
      assertThat(answer.body()).contains("\"field\":\"" + name + "\"", "is empty");
    }
    for (String name : List.of("source", "route", "tls", "domain")) {
      assertThat(send("GET", "/api/v1/rates?by=" + name + "&" + name + "=", ""))
          .as(name)
          .returns(200, HttpResponse::statusCode);
    }
  }

  @Test
  void refusesNumbersAndTimesBeyondWhatIsMeant() {
    assertThat(send("GET", "/api/v1/policy/versions/99999999999", ""))
        .returns(404, HttpResponse::statusCode);
    assertThat(send("POST", "/api/v1/policy/versions/99999999999/activate", "{}"))
        .returns(404, HttpResponse::statusCode);
    assertThat(
            send(
                "POST",
                "/api/v1/campaigns/" + campaign + "/schedule",
                "{\"at\":\"+999999999-01-01T00:00:00Z\"}"))
        .returns(422, HttpResponse::statusCode);
    assertThat(
            send(
                "GET",
                "/api/v1/reports/span?from=2026-01-01T00:00:00Z&until=%2B999999999-01-01T00:00:00Z",
                ""))
        .returns(422, HttpResponse::statusCode);
    assertThat(
            send(
                "GET",
                "/api/v1/reports/span?from=2026-01-01T00:00:00Z&until=2026-12-01T00:00:00Z",
                ""))
        .returns(422, HttpResponse::statusCode)
        .satisfies(answer -> assertThat(answer.body()).contains("92 days"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic abc", "Basic !!!", "Basic", "basic Og", "Digest x", "Bearer", ""})
  void refusesAnAuthorizationThatIsNone(String authorization) {
    assertThat(send(request("GET", "/api/v1/lists", "", JSON, authorization)).statusCode())
        .isEqualTo(401);
  }

  @Test
  void takesAPasswordThatABrowserRemembersForReadingAlone() throws Exception {
    String basic =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("any:" + node.key()).getBytes(StandardCharsets.UTF_8));

    assertThat(send(request("GET", "/api/v1/lists", "", JSON, basic)).statusCode()).isEqualTo(200);
    HttpResponse<String> refused =
        send(request("POST", "/api/v1/lists", "{\"name\":\"forged\"}", JSON, basic));
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("for GET alone");
    assertThat(
            send(request("POST", "/api/v1/policy/versions", "{}", "text/plain", bearer()))
                .statusCode())
        .as("a form could send it")
        .isEqualTo(415);
  }

  @Test
  void letsTheApiNameNoFileOrVariableOfTheServer() {
    for (String secret : List.of("file:/etc/passwd", "env:PATH")) {
      HttpResponse<String> refused =
          send(
              "PUT",
              "/api/v1/relays/r",
              "{\"host\":\"smtp.example.net\",\"username\":\"me\",\"secretRef\":\""
                  + secret
                  + "\",\"ports\":[{\"port\":587,\"tls\":\"starttls\"}]}");
      assertThat(refused.statusCode()).as(secret).isEqualTo(422);
      assertThat(refused.body()).contains("secretRef");
    }
    assertThat(
            send(
                    "PUT",
                    "/api/v1/relays/r",
                    "{\"host\":\"127.0.0.1\",\"ports\":[{\"port\":2525,\"tls\":\"none\"}]}")
                .body())
        .contains("host");
  }

  @Test
  void refusesAnUploadThatIsTooLargeAndLeavesNothingOfIt() throws Exception {
    String rows = "email\n" + "a@healthy.test\n".repeat(100_000);
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
            + rows
            + "\r\n--b--\r\n";
    String path = "/api/v1/lists/" + list + "/imports";

    assertThat(send(request("POST", path, rows, "text/csv", bearer())).statusCode()).isEqualTo(413);
    assertThat(
            send(request("POST", path, form, "multipart/form-data; boundary=b", bearer()))
                .statusCode())
        .isEqualTo(413);
    try (Stream<Path> left = Files.walk(uploads)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void changesADraftBackByNull() {
    String path = "/api/v1/campaigns/" + campaign;
    String window =
        "{\"sendWindow\":{\"days\":[\"monday\"],\"from\":\"09:00\",\"until\":\"10:00\",\"zone\":\"UTC\"}}";
    assertThat(json(send("PATCH", path, window)).path("sendWindow").path("zone").asText())
        .isEqualTo("UTC");

    JsonNode back =
        json(
            send(
                "PATCH",
                path,
                "{\"sendWindow\":null,\"listId\":null,\"content\":{\"text\":null,\"html\":\"<p>Hi</p>\"}}"));

    assertThat(back.has("sendWindow")).isFalse();
    assertThat(back.has("listId")).isFalse();
    assertThat(back.path("content").path("text").asText()).isEmpty();
    assertThat(back.path("content").path("subject").asText()).as("left out").isEqualTo("Hi");
    assertThat(send("PATCH", path, "{\"name\":null}").body()).contains("name", "is missing");
    assertThat(send("PATCH", path, "{\"colour\":1}").statusCode()).isEqualTo(422);
    assertThat(send("PATCH", path, "[]").statusCode()).isEqualTo(422);
    assertThat(send("PATCH", path, "{\"revision\":1}").statusCode()).isEqualTo(409);
    send("PATCH", path, "{\"listId\":" + list + "}");
  }

  @Test
  void editsTheAttributesOfARecipient() {
    String path = "/api/v1/lists/" + list + "/recipients";
    long id =
        json(send(
                "POST",
                path,
                "{\"address\":\"edit@healthy.test\",\"attributes\":{\"name\":\"A\",\"old\":1}}"))
            .path("id")
            .asLong();

    JsonNode edited =
        json(
            send(
                "PATCH",
                path + "/" + id,
                "{\"attributes\":{\"name\":\"B\",\"old\":null,\"new\":[1.50]}}"));

    assertThat(edited.path("attributes").toString())
        .contains("\"name\":\"B\"", "\"new\"")
        .doesNotContain("old");
    assertThat(send("PATCH", path + "/999999", "{\"attributes\":{}}").statusCode()).isEqualTo(404);
  }

  @Test
  void namesAttributesOtherwiseThanTheirColumns() throws Exception {
    String path =
        "/api/v1/lists/"
            + list
            + "/imports?map=Vorname:first_name&map=Notiz:&addressColumn=Adresse";
    JsonNode job =
        json(
            send(
                request(
                    "POST",
                    path,
                    "Adresse,Vorname,Notiz\nmap@healthy.test,Mia,x\n",
                    "text/csv",
                    bearer())));
    while (job.path("state").asText().equals("running")) {
      job = api.get("/api/v1/imports/" + job.path("id").asLong());
    }

    JsonNode found =
        api.get("/api/v1/lists/" + list + "/recipients?address=map%40").path("items").path(0);
    assertThat(found.path("attributes").toString()).isEqualTo("{\"first_name\":\"Mia\"}");
    assertThat(
            send(request(
                    "POST",
                    "/api/v1/lists/" + list + "/imports?map=Vorname",
                    "email\n",
                    "text/csv",
                    bearer()))
                .statusCode())
        .isEqualTo(422);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    try {
      return new ObjectMapper().readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError(answer.body(), e);
    }
  }

  private String bearer() {
    return "Bearer " + node.key();
  }

  private HttpResponse<String> send(String method, String path, String body) {
    return send(request(method, path, body, JSON, bearer()));
  }

  private HttpRequest request(
      String method, String path, String body, String contentType, String authorization) {
    return HttpRequest.newBuilder(URI.create(node.url() + path))
        .header("Authorization", authorization)
        .header("Content-Type", contentType)
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      assertThat(described.declares(request.method(), request.uri().getPath(), answer.statusCode()))
          .as(request.method() + " " + request.uri() + " is described with " + answer.statusCode())
          .isTrue();
      return answer;
    } catch (IOException e) {
      throw new AssertionError(request.method() + " " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
