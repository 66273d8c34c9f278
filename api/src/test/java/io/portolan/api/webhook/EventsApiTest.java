package io.portolan.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.security.RouteRole;
import io.portolan.api.intake.EventsApi;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.mailbox.MailboxStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventsApiTest extends WebhookScene {
  @RegisterExtension final TestDatabase postgres = TestDatabase.create();
  private final HttpClient client = HttpClient.newHttpClient();
  private Javalin server;

  private enum Anybody implements RouteRole {
    ALL
  }

  @BeforeEach
  void serve() {
    EventsApi api = new EventsApi(webhooks, new MailboxStore(postgres.database()));
    server =
        Javalin.create(config -> api.routes(config.routes, Anybody.ALL, Anybody.ALL))
            .start("127.0.0.1", 0);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop();
  }

  private HttpResponse<String> post(String path, String body, String authorization)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("Authorization", authorization)
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void takesEventsByHttpAndRefusesWhatNobodyProves() throws Exception {
    HttpResponse<String> taken =
        post("/api/v1/events/sparkpost/spark-eu", "[{\"msys\":{}}]", "Bearer portolan:secret");

    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(taken.body()).contains("\"events\":1", "\"unmatched\":1");
    assertThat(post("/api/v1/events/postmark", "{}", "Bearer wrong").statusCode()).isEqualTo(403);
    assertThat(post("/api/v1/events/sendgrid", "{}", "x").statusCode()).isEqualTo(401);
    assertThat(post("/api/v1/events/ses/nobody", "{}", "x").statusCode()).isEqualTo(404);
  }

  @Test
  void showsMailboxesWhicheverNodePollsThem() throws Exception {
    new MailboxStore(postgres.database()).failed("bounces", "no such folder", "node-2", NOW);

    HttpResponse<String> shown =
        client.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.port() + "/api/v1/mailboxes"))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(shown.body())
        .contains("\"name\":\"bounces\"", "\"failures\":1", "\"trouble\":\"no such folder\"");
  }
}
