package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A campaign that holds what is in doubt, and the decision on it, by HTTP. */
class InDoubtTest {
  private static final String ANNA = "anna@healthy.test";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  private TestingNode node;
  private ApiClient api;
  private String campaign;

  /** The host hangs up on the dot, so that nobody knows whether it took the message. */
  @BeforeEach
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
    for (SimulatedMailServer host : node.healthy()) {
      host.on(ServerPhase.DOT).keepMessage().close().always();
    }
    long list = api.post("/api/v1/lists", Map.of("name", "people")).path("id").asLong();
    api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", ANNA));
    campaign =
        "/api/v1/campaigns/"
            + api.post(
                    "/api/v1/campaigns",
                    Map.of(
                        "name",
                        "news",
                        "listId",
                        list,
                        "inDoubt",
                        "hold",
                        "content",
                        Map.of("fromAddress", "me@sender.test", "subject", "Hi", "text", "Hello.")))
                .path("id")
                .asLong();
    api.post(campaign + "/schedule", Map.of("at", "now"));
    Eventually.holds("the delivery is in doubt", () -> inDoubt().size() == 1);
    node.healthy().forEach(SimulatedMailServer::clearScript);
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void sendsAgainWhatAPersonDecidesToSend() {
    awaitDecided("resend");

    awaitFinished();
    assertThat(node.mailboxes().of(ANNA))
        .as("the copy in doubt, and the one sent again")
        .hasSize(2);
    assertThat(node.mailboxes().duplicates()).as("of one Message-ID").containsEntry(ANNA, 1);
    assertThat(inDoubt()).isEmpty();
  }

  @Test
  void endsWhatAPersonGivesUp() {
    awaitDecided("give-up");

    awaitFinished();
    assertThat(node.mailboxes().of(ANNA)).hasSize(1);
    assertThat(api.get("/api/v1/deliveries?address=" + ANNA).path("items").path(0).path("state"))
        .hasToString("\"expired\"");
  }

  @Test
  void takesNoOtherDecision() {
    assertThatThrownBy(() -> api.post(campaign + "/in-doubt", Map.of("action", "forget")))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("action");
    assertThat(inDoubt()).hasSize(1);
  }

  private JsonNode inDoubt() {
    return api.get("/api/v1/deliveries?inDoubt=true").path("items");
  }

  /** Decides until there is something to decide on: the batch at work has to end first. */
  private void awaitDecided(String action) {
    Eventually.holds(
        "one delivery is decided on",
        () ->
            api.post(campaign + "/in-doubt", Map.of("action", action)).path("deliveries").asInt()
                == 1);
  }

  private void awaitFinished() {
    Eventually.holds(
        "the campaign is finished",
        () -> api.get(campaign).path("state").asText().equals("finished"));
  }
}
