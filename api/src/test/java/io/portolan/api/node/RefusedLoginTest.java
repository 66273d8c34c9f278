package io.portolan.api.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.outgoing.TestingWebhook;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A node whose only way out is a relay for which it has a wrong password. */
@Timeout(120)
class RefusedLoginTest {
  private static final String EXPLAIN = "/api/v1/policy/explain";
  private static final String SINCE_AND_UNTIL =
      "held: all ways closed since \\d{4}-[^ ]+Z, next probe at \\d{4}-[^ ]+Z";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path directory;

  @Test
  void isToldByTheWebhookByExplainAndByMetricsUntilThePasswordIsRight() throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "wrong");
    Path file =
        Files.writeString(
            directory.resolve("portolan.yaml"),
            """
            relays:
              mailer:
                host: relay.test
                ports: [587:starttls]
                username: user
                secret: file:%s
            """
                .formatted(password));
    try (TestingWebhook webhook = new TestingWebhook();
        TestingNode node = node(webhook, file);
        ApiClient api = new ApiClient(node.url(), node.key());
        HttpClient http = HttpClient.newHttpClient()) {
      activate(api);
      send(api);
      Eventually.holds("the alert is there", () -> !webhook.of("login-refused").isEmpty());

      JsonNode told = webhook.of("login-refused").getFirst();
      assertThat(told.path("relay").asText()).isEqualTo("mailer");
      assertThat(told.path("username").asText()).isEqualTo("user");
      assertThat(told.path("reply").asText()).startsWith("535");
      assertThat(told.path("words").asText())
          .contains("password in file:" + password, "portolan relay check mailer");
      assertThat(told.path("node").asText()).isNotEmpty();

      JsonNode explained =
          Eventually.value(
              "the hold is explained",
              () -> api.get(EXPLAIN + "?address=anna@healthy.test"),
              it -> it.has("held"));
      assertThat(explained.path("held").path("words").asText()).matches(SINCE_AND_UNTIL);
      assertThat(Instant.parse(explained.path("held").path("nextProbe").asText()))
          .isAfterOrEqualTo(Instant.parse(told.path("until").asText()));
      assertThat(
              new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"))
                  .differences("get", EXPLAIN, 200, explained))
          .isEmpty();
      Eventually.value(
          "the hold is explained on the terminal",
          () -> run(node, "policy", "explain", "anna@healthy.test"),
          Pattern.compile(SINCE_AND_UNTIL).asPredicate());
      assertThat(metrics(http, node))
          .contains("portolan_lanes_held{reason=\"ways-closed\"} 1.0")
          .contains("portolan_lanes_held{reason=\"refused\"} 0.0")
          .contains("portolan_lanes_held{reason=\"paused\"} 0.0");

      Files.writeString(password, "right");
      Eventually.holds(
          "the mail is out",
          () -> database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'") == 2);

      assertThat(api.get(EXPLAIN + "?address=anna@healthy.test").has("held")).isFalse();
      assertThat(metrics(http, node)).contains("portolan_lanes_held{reason=\"ways-closed\"} 0.0");
      assertThat(webhook.of("login-refused")).as("told once of several trials").hasSize(1);
    }
  }

  private TestingNode node(TestingWebhook webhook, Path file) throws Exception {
    IspEntry healthy =
        new IspEntry(
            new Isp("healthy", "healthy", Isp.Kind.MAILBOX, "healthy"),
            List.of("healthy.test"),
            List.of(),
            "test");
    return new TestingNode(
        database,
        directory,
        List.of(healthy),
        Map.of(
            "PORTOLAN_ALERTS_WEBHOOK", webhook.url().toString(), "PORTOLAN_PATHS_LOGIN_HOLD", "5s"),
        file);
  }

  private static void activate(ApiClient api) {
    String policy =
        """
        rules:
          - isp: "*"
            paths: [mailer:587]
        """;
    int version =
        api.postText("/api/v1/policy/versions", policy, "application/yaml").path("version").asInt();
    api.post("/api/v1/policy/versions/" + version + "/activate", Map.of());
  }

  private static void send(ApiClient api) {
    long list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    for (String address : List.of("anna@healthy.test", "ben@healthy.test")) {
      api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", address));
    }
    long campaign =
        api.post(
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
    api.post("/api/v1/campaigns/" + campaign + "/schedule", Map.of("at", "now"));
  }

  private static String metrics(HttpClient http, TestingNode node) throws Exception {
    return http.send(
            HttpRequest.newBuilder(node.url().resolve("/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static String run(TestingNode node, String... command) {
    StringWriter said = new StringWriter();
    String[] line = new String[command.length + 4];
    System.arraycopy(command, 0, line, 0, command.length);
    System.arraycopy(
        new String[] {"--url", node.url().toString(), "--api-key", node.key()},
        0,
        line,
        command.length,
        4);
    assertThat(PortolanCommand.commandLine().setOut(new PrintWriter(said)).execute(line)).isZero();
    return said.toString();
  }
}
