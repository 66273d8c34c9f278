package io.portolan.api.rates;

import static io.portolan.api.rates.GuardedCampaigns.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.api.outgoing.TestingWebhook;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a webhook hears of holds, over whole nodes. */
@Timeout(120)
class HoldAlertsTest {
  private static final int OF_CHOOSY = 400;
  private static final int OF_HEALTHY = 100;

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  private TestingWebhook webhook;

  @BeforeEach
  void listen() throws Exception {
    webhook = new TestingWebhook();
  }

  @AfterEach
  void end() {
    webhook.close();
  }

  @Test
  void isToldOnceHoweverManyNodesThereAreAndAgainUntilItListens() throws Exception {
    webhook.fail("guard-hold", 1);
    long campaign;
    try (TestingNode one = node();
        TestingNode _ = node();
        ApiClient api = new ApiClient(one.url(), one.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);
      campaign = launch(campaigns);
      campaigns.await(campaign, it -> accepted(it, "healthy") == OF_HEALTHY);
      Eventually.holds("the webhook took it", () -> webhook.of("guard-hold").size() >= 2);
    }

    List<JsonNode> told = webhook.of("guard-hold");
    assertThat(told).as("the same twice, for the first was not taken").hasSize(2);
    assertThat(told.getFirst()).isEqualTo(told.getLast());
    JsonNode hold = told.getFirst();
    assertThat(hold.path("guard").asText()).isEqualTo("hard-bounce");
    assertThat(hold.path("isp").asText()).isEqualTo("choosy");
    assertThat(hold.path("campaigns").toString()).isEqualTo("[" + campaign + "]");
    assertThat(hold.path("words").asText())
        .contains("campaign " + campaign + ", poisoned at choosy: hard bounces at choosy")
        .contains("resume " + campaign + " --override --isp choosy --note WHY");
    assertThat(
            database.texts(
                "SELECT hits || ' of ' || trials || ' ' || (told_at IS NOT NULL) FROM campaign_hold"))
        .containsExactly(
            hold.path("hits").asText() + " of " + hold.path("trials").asText() + " true");
  }

  @Test
  void holdsUpNoMailWhileItIsSilent() throws Exception {
    webhook.fallSilent();
    try (TestingNode node = node();
        ApiClient api = new ApiClient(node.url(), node.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);

      long campaign = launch(campaigns);

      campaigns.await(
          campaign, it -> accepted(it, "healthy") == OF_HEALTHY && !it.path("holds").isEmpty());
      Eventually.holds("the webhook was asked", () -> !webhook.calls().isEmpty());
      webhook.answer();
    }
  }

  @Test
  void isToldOfWhatANodeHeldThatDiedBeforeItCould() throws Exception {
    database.execute(
        """
        INSERT INTO campaign (id, name, state, content) OVERRIDING SYSTEM VALUE
        VALUES (4, 'Spring sale', 'paused', '{}'), (7, 'News', 'paused', '{}')
        """);
    database.execute(
        """
        INSERT INTO campaign_hold (campaign_id, isp, sending_domain, guard, trials, hits, reason, held_at)
        SELECT id, 'yahoo', 'shop.test', 'complaint', 5000, 50, 'too many', '2026-11-24T10:30:00Z' FROM campaign
        """);

    try (TestingNode _ = node()) {
      Eventually.holds("the webhook was told", () -> !webhook.of("guard-hold").isEmpty());
    }

    JsonNode hold = webhook.of("guard-hold").getFirst();
    assertThat(webhook.of("guard-hold")).hasSize(1);
    assertThat(hold.path("at").asText()).isEqualTo("2026-11-24T10:30:00Z");
    assertThat(hold.path("domain").asText()).isEqualTo("shop.test");
    assertThat(hold.path("campaigns").toString()).isEqualTo("[4,7]");
  }

  private TestingNode node() throws Exception {
    return new TestingNode(
        database,
        uploads,
        List.of(GuardedCampaigns.isp("choosy"), GuardedCampaigns.isp("healthy")),
        Map.of("PORTOLAN_ALERTS_WEBHOOK", webhook.url().toString()));
  }

  private static long launch(GuardedCampaigns campaigns) {
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < OF_CHOOSY; i++) {
      addresses.add((i % 4 == 0 ? "nobody" : "some") + i + "@choosy.test");
    }
    for (int i = 0; i < OF_HEALTHY; i++) {
      addresses.add("some" + i + "@healthy.test");
    }
    return campaigns.launch("poisoned", addresses, Map.of());
  }
}
