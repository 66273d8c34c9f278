package io.portolan.api.rates;

import static io.portolan.api.rates.GuardedCampaigns.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.http.DescribedAnswers;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Campaigns of one sending domain, of which complaints hold all mail. */
@Timeout(120)
class DomainHoldsTest {
  private static final String DOMAIN = "/api/v1/domains/{domain}";
  private static final String HOLDS = "/api/v1/domains/sender.test/holds";
  private static final String RESUME = "/api/v1/domains/sender.test/resume";

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @TempDir private Path uploads;

  @Test
  void lookBackOnTheHoldsOfADomainAndLiftOneAtAnIspInAllCampaignsAtOnce() throws Exception {
    try (TestingNode node = node();
        ApiClient api = new ApiClient(node.url(), node.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);
      assertThat(api.get(HOLDS).path("holds")).isEmpty();
      assertThat(GuardedCampaigns.run(node, "domain", "holds", "sender.test"))
          .contains("have never held all mail of sender.test");
      long one = draft(campaigns, "one");
      long two = draft(campaigns, "two");
      hold("choosy", "2026-11-24T10:30:00Z", one, two);
      campaigns.start(one);
      campaigns.start(two);
      campaigns.await(one, it -> GuardedCampaigns.accepted(it, "healthy") == 1);
      campaigns.await(two, it -> GuardedCampaigns.accepted(it, "healthy") == 1);

      JsonNode held = api.get(HOLDS);
      JsonNode hold = held.path("holds").path(0);
      assertThat(held.path("holds")).as("one alarm").hasSize(1);
      assertThat(hold.path("isp").asText()).isEqualTo("choosy");
      assertThat(hold.path("hits").asInt()).isEqualTo(50);
      assertThat(hold.path("campaigns").findValuesAsText("name")).containsExactly("one", "two");
      assertThat(held.path("note").asText())
          .contains("its mail to choosy", "portolan domain resume sender.test --override");
      assertThat(GuardedCampaigns.run(node, "domain", "holds", "Sender.test"))
          .contains("choosy", one + " one", two + " two", "complaints about sender.test");
      JsonNode shown = api.get(path(one));
      assertThat(shown.path("holds").path(0).path("domain").asText()).isEqualTo("sender.test");
      assertThat(shown.path("note").asText())
          .contains("all campaigns of sender.test: choosy", "portolan domain resume sender.test")
          .doesNotContain("campaign resume");
      refusesWhatIsNoOverride(api);

      JsonNode answer =
          api.post(
              RESUME, Map.of("override", true, "note", "a wrong list, taken out", "isp", "choosy"));

      assertThat(answer.has("note")).as("nothing is held any more").isFalse();
      assertThat(answer.path("holds").path(0).path("campaigns").findValuesAsText("note"))
          .containsExactly("a wrong list, taken out", "a wrong list, taken out");
      campaigns.await(one, GuardedCampaigns::isFinished);
      campaigns.await(two, GuardedCampaigns::isFinished);
      assertThat(node.mailboxes().messages()).isEqualTo(4);
      assertThat(node.mailboxes().withMoreThanOne()).isEmpty();
      assertThatThrownBy(() -> api.post(RESUME, Map.of("override", true, "note", "me, too")))
          .hasMessageContaining("nothing to override");
      assertThat(GuardedCampaigns.run(node, "domain", "holds", "sender.test"))
          .contains(" by ", "a wrong list, taken out");
      assertThat(api.get(path(one) + "/guardrails").path("holds").path(0).path("note").asText())
          .as("as if it had been overridden for itself")
          .isEqualTo("a wrong list, taken out");
      DescribedAnswers described =
          new DescribedAnswers(api.getText("/docs/openapi.yaml", "application/yaml"));
      assertThat(described.differences("get", DOMAIN + "/holds", 200, held)).isEmpty();
      assertThat(described.differences("get", "/api/v1/campaigns/{id}", 200, shown)).isEmpty();
      assertThat(described.differences("post", DOMAIN + "/resume", 200, answer)).isEmpty();
    }
  }

  @Test
  void resumesWhatWasStoppedAndSaysWhatElseIsHeld() throws Exception {
    try (TestingNode node = node();
        ApiClient api = new ApiClient(node.url(), node.key())) {
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);
      long free = draft(campaigns, "free");
      long bounced = draft(campaigns, "bounced");
      hold("", "2026-11-24T10:30:00Z", free, bounced);
      database.execute(
          """
          INSERT INTO campaign_hold (campaign_id, isp, guard, trials, hits, reason, held_at)
          VALUES (?, 'choosy', 'hard-bounce', 9, 9, 'hard bounces at choosy', now())
          """,
          bounced);
      campaigns.start(free);
      campaigns.start(bounced);
      campaigns.await(free, it -> it.path("state").asText().equals("paused"));
      campaigns.await(bounced, it -> it.path("state").asText().equals("paused"));
      assertThat(node.mailboxes().messages()).isZero();

      String said =
          GuardedCampaigns.run(
              node, "domain", "resume", "sender.test", "--override", "--note", "looked into it");

      assertThat(said)
          .contains("all ISPs", "looked into it")
          .contains("Campaign " + bounced + " is still held at choosy: hard bounces at choosy.");
      campaigns.await(free, GuardedCampaigns::isFinished);
      JsonNode rest = campaigns.await(bounced, it -> GuardedCampaigns.accepted(it, "healthy") == 1);
      assertThat(rest.path("state").asText()).isEqualTo("running");
      assertThat(GuardedCampaigns.accepted(rest, "choosy")).isZero();
      assertThat(rest.path("holds")).hasSize(1);
    }
  }

  private static void refusesWhatIsNoOverride(ApiClient api) {
    assertThatThrownBy(() -> api.post(RESUME, Map.of())).hasMessageContaining("override");
    assertThatThrownBy(() -> api.post(RESUME, Map.of("override", true)))
        .hasMessageContaining("note")
        .hasMessageContaining("say why");
    assertThatThrownBy(() -> api.post(RESUME, Map.of("override", true, "note", " ", "isp", "x")))
        .hasMessageContaining("note");
    assertThatThrownBy(
            () -> api.post(RESUME, Map.of("override", true, "note", "why", "isp", "healthy")))
        .hasMessageContaining("hold no mail of the domain sender.test at healthy")
        .hasMessageContaining("They hold it at choosy.");
    assertThatThrownBy(
            () ->
                api.post(RESUME.replace("sender", "other"), Map.of("override", true, "note", "x")))
        .hasMessageContaining("hold no mail of the domain other.test")
        .hasMessageNotContaining("They hold");
    assertThatThrownBy(() -> api.get("/api/v1/domains/no_domain/holds"))
        .hasMessageContaining("domain");
  }

  private TestingNode node() throws Exception {
    return new TestingNode(
        database,
        uploads,
        List.of(GuardedCampaigns.isp("choosy"), GuardedCampaigns.isp("healthy")));
  }

  private static long draft(GuardedCampaigns campaigns, String name) {
    return campaigns.draft(
        name, List.of("some" + name + "@choosy.test", name + "@healthy.test"), Map.of());
  }

  /** As the watch on complaints does it. */
  private void hold(String isp, String at, long... held) {
    for (long campaign : held) {
      database.execute(
          """
          INSERT INTO campaign_hold (campaign_id, isp, sending_domain, guard, trials, hits, reason, held_at)
          VALUES (?, ?, 'sender.test', 'complaint', 5000, 50, 'complaints about sender.test', ?::timestamptz)
          """,
          campaign,
          isp,
          at);
    }
  }
}
