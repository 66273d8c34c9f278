package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.sender.lab.LabMail.Station;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedMailboxes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database server that is stopped, and one that crashes, in the middle of a campaign. */
@Tag("system")
class DatabaseOutageSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int RECIPIENTS = 600;
  private static final int CONNECTIONS = 4;

  @TempDir private Path directory;
  private Scene scene;
  private PostgresServer server;

  @BeforeEach
  void start() throws IOException {
    scene = new Scene(directory);
    server = scene.lab().keep(PostgresServer.create(scene.sender(), directory.resolve("data")));
    server.start();
  }

  @AfterEach
  void stop() {
    scene.close();
  }

  @Test
  void goesOnWhenTheServerIsBackWithNothingLostOrDoubled() throws Exception {
    Station isp = scene.mail().isp("port", "port.test");
    SimulatedMailboxes mailboxes = scene.mail().mailboxes();
    List<String> recipients = Campaigns.addresses(RECIPIENTS, "@port.test");
    ServeProcess serve =
        scene.serve(
            """
            database:
              url: %s
              username: postgres
              connection-timeout: 1s
            """
                .formatted(server.url()),
            "",
            Map.of());
    String key = serve.firstKey();
    Campaigns campaigns = scene.campaigns(key);
    campaigns.activate(
        """
        rules:
          - isp: "*"
            paths: [direct:25]
            limits: {connections: 4, messagesPerSecond: 150}
        """);
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    ServerScript.Rule held =
        isp.server().on(ServerPhase.DOT).after(200).until(stopped).times(CONNECTIONS);
    CompletableFuture<Void> crashed = new CompletableFuture<>();
    ServerScript.Rule heldAgain =
        isp.server().on(ServerPhase.DOT).after(260).until(crashed).times(CONNECTIONS);
    long campaign = campaigns.start("outage", recipients);
    assertThat(held.awaitHits(CONNECTIONS, PATIENCE)).isTrue();

    server.stop();
    stopped.complete(null);
    assertThat(mailboxes.awaitMessages(200 + CONNECTIONS, PATIENCE))
        .as("what is under way comes to its end")
        .isTrue();
    HttpResponse<String> answer = campaignAnswer(campaign, key);
    assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.body()).contains("database-away");
    assertThat(send("/health", key).statusCode()).isEqualTo(503);
    server.start();
    Ledger ledger = new Ledger(server.outsideUrl());
    assertThat(heldAgain.awaitHits(CONNECTIONS, PATIENCE)).isTrue();
    Eventually.holds("recorded by itself", () -> ledger.accepted(campaign) >= 260);

    server.crash();
    crashed.complete(null);
    assertThat(campaignAnswer(campaign, key).statusCode()).isEqualTo(503);
    server.start();
    Eventually.holds("the API is back", () -> campaignAnswer(campaign, key).statusCode() == 200);
    campaigns.finished(campaign);

    ledger.allAccepted(campaign, RECIPIENTS);
    assertThat(Ledger.copies(mailboxes, recipients)).as("copies").isZero();
    assertThat(serve.isAlive()).as("the same process").isTrue();
  }

  private HttpResponse<String> campaignAnswer(long campaign, String key) {
    return send(Campaigns.BASE + "/campaigns/" + campaign, key);
  }

  private HttpResponse<String> send(String path, String key) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(scene.url().resolve(path))
              .timeout(ANSWER)
              .header("Authorization", "Bearer " + key)
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
