package io.portolan.api.rates;

import static io.portolan.api.rates.GuardedCampaigns.accepted;
import static io.portolan.api.rates.GuardedCampaigns.offered;
import static io.portolan.api.rates.GuardedCampaigns.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A list of which one ISP knows 12 % no more, sent over the simulated network. */
@Timeout(120)
class GuardrailsTest {
  private static final int OF_CHOOSY = 1_000;
  private static final int OF_HEALTHY = 400;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  @Test
  void holdsTheIspOfAPoisonedListAndLetsOthersGoOn() throws Exception {
    try (TestingNode node =
            new TestingNode(
                database,
                uploads,
                List.of(GuardedCampaigns.isp("choosy"), GuardedCampaigns.isp("healthy")));
        ApiClient api = new ApiClient(node.url(), node.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);
      long poisoned = launch(campaigns, "poisoned", 8);

      JsonNode held = campaigns.await(poisoned, it -> accepted(it, "healthy") == OF_HEALTHY);

      assertThat(offered(held, "choosy")).as("offered to the poisoned ISP").isBetween(50L, 300L);
      assertThat(held.path("state").asText()).as("others go on").isEqualTo("running");
      assertThat(held.path("holds")).hasSize(1);
      JsonNode hold = held.path("holds").path(0);
      assertThat(hold.path("isp").asText()).isEqualTo("choosy");
      assertThat(hold.path("reason").asText()).contains("hard bounces at choosy", "2.00 %");
      JsonNode shown = api.get(path(poisoned));
      assertThat(shown.path("holds").path(0).path("isp").asText()).isEqualTo("choosy");
      assertThat(shown.path("note").asText()).contains("resume " + poisoned + " --override");
      assertThat(GuardedCampaigns.run(node, "campaign", "show", "poisoned"))
          .contains("HELD SINCE", "hard bounces at choosy", "--override --note WHY");
      assertThatThrownBy(
              () ->
                  api.post(
                      path(poisoned) + "/resume",
                      Map.of("override", true, "note", "it is old", "isp", "")))
          .hasMessageContaining("isp");
      assertThatThrownBy(() -> api.post(path(poisoned) + "/resume", Map.of("note", "it is old")))
          .hasMessageContaining("note");
      assertThatThrownBy(() -> api.post(path(poisoned) + "/resume", Map.of("override", true)))
          .hasMessageContaining("note");

      api.post(
          path(poisoned) + "/resume",
          Map.of("override", true, "note", "the list is old, and known to be"));

      JsonNode ended = campaigns.await(poisoned, GuardedCampaigns::isFinished);
      assertThat(offered(ended, "choosy")).isEqualTo(OF_CHOOSY);
      assertThat(ended.path("holds")).isEmpty();
      assertThat(api.get(path(poisoned)).has("holds")).isFalse();
      assertThat(GuardedCampaigns.run(node, "campaign", "show", "poisoned")).doesNotContain("HELD");
      JsonNode past = api.get(path(poisoned) + "/guardrails").path("holds").path(0);
      assertThat(past.path("note").asText()).startsWith("the list is old");
      assertThat(past.path("releasedBy").asText()).isNotEmpty();

      long tolerant = launch(campaigns, "tolerant", 8, Map.of("hardBounce", "15% to 40%"));

      JsonNode through = campaigns.await(tolerant, GuardedCampaigns::isFinished);
      assertThat(offered(through, "choosy")).isEqualTo(OF_CHOOSY);
      assertThat(api.get(path(tolerant) + "/guardrails").path("holds")).isEmpty();
      assertThat(api.get(path(tolerant)).path("guards").path("hardBounce").asText())
          .isEqualTo("15% to 40%");
      assertThatThrownBy(() -> launch(campaigns, "wrong", 8, Map.of("block", "a lot")))
          .hasMessageContaining("guards.block")
          .hasMessageContaining("a lot")
          .hasMessageContaining("2% to 10%");

      long clean = launch(campaigns, "clean", 50);

      assertThat(campaigns.await(clean, GuardedCampaigns::isFinished).path("holds")).isEmpty();
      assertThat(api.get(path(clean) + "/guardrails").path("holds")).isEmpty();
    }
  }

  /** Launches a campaign of which every so many-th address of choosy is not there. */
  private static long launch(GuardedCampaigns campaigns, String name, int every) {
    return launch(campaigns, name, every, Map.of());
  }

  private static long launch(
      GuardedCampaigns campaigns, String name, int every, Map<String, String> guards) {
    List<String> addresses = new ArrayList<>();
    for (int i = 1; i <= OF_CHOOSY; i++) {
      addresses.add((i % every == 0 ? "nobody" : "some") + name + i + "@choosy.test");
    }
    for (int i = 1; i <= OF_HEALTHY; i++) {
      addresses.add("some" + name + i + "@healthy.test");
    }
    return campaigns.launch(name, addresses, guards);
  }
}
