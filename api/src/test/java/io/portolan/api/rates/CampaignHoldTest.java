package io.portolan.api.rates;

import static io.portolan.api.rates.GuardedCampaigns.offered;
import static io.portolan.api.rates.GuardedCampaigns.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.IspEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A list that is bad at every ISP and at none so bad that the ISP alone is held: five hard bounces
 * at each leave its test below the alarm, however they come in, and together they are above the
 * campaign's.
 */
@Timeout(120)
class CampaignHoldTest {
  private static final int ISPS = 10;
  private static final int BAD_AT_EACH = 5;
  private static final int GOOD_AT_EACH = 40;
  private static final int RECIPIENTS = ISPS * (BAD_AT_EACH + GOOD_AT_EACH);

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  @Test
  void holdsTheWholeCampaignUntilAPersonLetsItGoOn() throws Exception {
    List<IspEntry> isps =
        IntStream.rangeClosed(1, ISPS).mapToObj(i -> GuardedCampaigns.isp("isp" + i)).toList();
    // few under way, so that most of the list is left when the test is sure
    try (TestingNode node =
            new TestingNode(database, uploads, isps, Map.of("PORTOLAN_GUARDS_UNDER_WAY", "2"));
        ApiClient api = new ApiClient(node.url(), node.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);
      long bad = campaigns.launch("bad", addresses("bad", BAD_AT_EACH), Map.of());
      long good = campaigns.launch("good", addresses("good", 0), Map.of());

      JsonNode held = campaigns.await(bad, it -> it.path("state").asText().equals("paused"));
      JsonNode other = campaigns.await(good, GuardedCampaigns::isFinished);

      assertThat(other.path("total").path("accepted").asInt()).isEqualTo(ISPS * GOOD_AT_EACH);
      assertThat(other.path("holds")).isEmpty();
      assertThat(held.path("holds")).hasSize(1);
      saysWhy(api.get(path(bad)), bad);
      assertThat(GuardedCampaigns.run(node, "campaign", "show", "bad"))
          .contains(
              "paused", "the campaign", "hard bounces over all ISPs", "--override --note WHY");
      staysHeldUntilAllOfItIsReleased(campaigns, bad);
      long before = offered(campaigns.await(bad, _ -> true).path("total"));
      assertThat(before).as("offered when it was held").isLessThan(RECIPIENTS * 2 / 3);

      assertThat(
              GuardedCampaigns.run(
                  node, "campaign", "resume", "bad", "--override", "--note", "an old list"))
          .contains("is running")
          .doesNotContain("holds");

      JsonNode ended = campaigns.await(bad, GuardedCampaigns::isFinished);
      assertThat(ended.path("total").path("bounced").asInt()).isEqualTo(ISPS * BAD_AT_EACH);
      assertThat(ended.path("total").path("accepted").asInt()).isEqualTo(ISPS * GOOD_AT_EACH);
      assertThat(ended.path("holds")).isEmpty();
      assertThat(node.mailboxes().withMoreThanOne()).isEmpty();
    }
  }

  private static void saysWhy(JsonNode shown, long campaign) {
    JsonNode hold = shown.path("holds").path(0);
    assertThat(hold.has("isp")).as("of the whole campaign").isFalse();
    assertThat(hold.path("guard").asText()).isEqualTo("hard-bounce");
    assertThat(hold.path("hits").asInt()).isPositive();
    assertThat(hold.path("reason").asText())
        .startsWith(
            "hard bounces over all ISPs %s of %s: "
                .formatted(hold.path("hits").asText(), hold.path("trials").asText()))
        .contains("2.00 % is usual and 10.00 % too many");
    assertThat(shown.path("state").asText()).isEqualTo("paused");
    assertThat(shown.path("note").asText())
        .contains("holds the campaign as a whole", "resume " + campaign + " --override");
  }

  /** Neither a plain resume nor an override at one ISP lets it go on. */
  private static void staysHeldUntilAllOfItIsReleased(GuardedCampaigns campaigns, long campaign) {
    ApiClient api = campaigns.api();
    assertThatThrownBy(() -> api.post(path(campaign) + "/resume", Map.of()))
        .hasMessageContaining("hard bounces over all ISPs");
    Map<String, Object> atOne = Map.of("override", true, "note", "it is mine", "isp", "isp1");
    assertThatThrownBy(() -> api.post(path(campaign) + "/resume", atOne))
        .hasMessageContaining("No guardrail holds campaign " + campaign + " at isp1")
        .hasMessageContaining("It holds the campaign as a whole.");
    database.execute(
        """
        INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
        VALUES (?, 'isp1', 'hard-bounce', 9, 9, 'hard bounces at isp1', now())
        """,
        campaign);

    JsonNode answer = api.post(path(campaign) + "/resume", atOne);

    assertThat(answer.path("state").asText()).isEqualTo("paused");
    assertThat(answer.path("holds")).hasSize(1);
    assertThat(answer.path("note").asText()).contains("holds the campaign as a whole.");
    assertThat(database.texts("SELECT state FROM campaign WHERE id = ?", campaign))
        .containsExactly("paused");
  }

  /** At each ISP so many bad addresses before the good ones. */
  private static List<String> addresses(String name, int bad) {
    List<String> addresses = new ArrayList<>();
    for (int isp = 1; isp <= ISPS; isp++) {
      for (int i = 0; i < bad + GOOD_AT_EACH; i++) {
        addresses.add((i < bad ? "nobody" : "some") + name + i + "@isp" + isp + ".test");
      }
    }
    return addresses;
  }
}
