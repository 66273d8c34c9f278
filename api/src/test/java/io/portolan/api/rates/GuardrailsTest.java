package io.portolan.api.rates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
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
            new TestingNode(database, uploads, List.of(isp("choosy"), isp("healthy")));
        ApiClient api = new ApiClient(node.url(), node.key())) {
      long poisoned = launch(api, "poisoned", 8);

      JsonNode held = await(api, poisoned, it -> accepted(it, "healthy") == OF_HEALTHY);

      assertThat(offered(held, "choosy")).as("offered to the poisoned ISP").isBetween(50L, 300L);
      assertThat(held.path("state").asText()).as("others go on").isEqualTo("running");
      assertThat(held.path("holds")).hasSize(1);
      JsonNode hold = held.path("holds").path(0);
      assertThat(hold.path("isp").asText()).isEqualTo("choosy");
      assertThat(hold.path("reason").asText()).contains("hard bounces at choosy", "2.00 %");
      assertThatThrownBy(() -> api.post(path(poisoned) + "/resume", Map.of("override", true)))
          .hasMessageContaining("note");

      api.post(
          path(poisoned) + "/resume",
          Map.of("override", true, "note", "the list is old, and known to be"));

      JsonNode ended = await(api, poisoned, it -> it.path("state").asText().equals("finished"));
      assertThat(offered(ended, "choosy")).isEqualTo(OF_CHOOSY);
      assertThat(ended.path("holds")).isEmpty();
      JsonNode past = api.get(path(poisoned) + "/guardrails").path("holds").path(0);
      assertThat(past.path("note").asText()).startsWith("the list is old");
      assertThat(past.path("releasedBy").asText()).isNotEmpty();

      long clean = launch(api, "clean", 50);

      assertThat(
              await(api, clean, it -> it.path("state").asText().equals("finished")).path("holds"))
          .isEmpty();
      assertThat(api.get(path(clean) + "/guardrails").path("holds")).isEmpty();
    }
  }

  /** Launches a campaign of which every so many-th address of choosy is not there. */
  private static long launch(ApiClient api, String name, int every) {
    long list = api.post("/api/v1/lists", Map.of("name", name)).path("id").asLong();
    // an import would sort them, and put all that are not there first
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT ?, name || '@' || domain, name || '@' || domain, domain
          FROM (SELECT CASE WHEN i % ? = 0 AND i <= ? THEN 'nobody' ELSE 'some' END || ? || i AS name,
                       CASE WHEN i <= ? THEN 'choosy.test' ELSE 'healthy.test' END AS domain
                  FROM generate_series(1, ?) i ORDER BY i) AS address
        """,
        list, every, OF_CHOOSY, name, OF_CHOOSY, OF_CHOOSY + OF_HEALTHY);
    long campaign =
        api.post(
                "/api/v1/campaigns",
                Map.of(
                    "name",
                    name,
                    "listId",
                    list,
                    "content",
                    Map.of("fromAddress", "news@sender.test", "subject", "News", "text", "Hello")))
            .path("id")
            .asLong();
    api.post(path(campaign) + "/schedule", Map.of("at", "now"));
    return campaign;
  }

  private static JsonNode await(ApiClient api, long campaign, Predicate<JsonNode> condition) {
    return await(api, path(campaign) + "/progress", condition);
  }

  private static JsonNode await(ApiClient api, String path, Predicate<JsonNode> condition) {
    JsonNode answer;
    do {
      answer = api.get(path);
    } while (!condition.test(answer));
    return answer;
  }

  private static String path(long campaign) {
    return "/api/v1/campaigns/" + campaign;
  }

  private static long accepted(JsonNode progress, String isp) {
    return counts(progress, isp).path("accepted").asLong();
  }

  private static long offered(JsonNode progress, String isp) {
    return accepted(progress, isp) + counts(progress, isp).path("bounced").asLong();
  }

  private static JsonNode counts(JsonNode progress, String isp) {
    for (JsonNode each : progress.path("isps")) {
      if (each.path("isp").asText().equals(isp)) {
        return each.path("counts");
      }
    }
    return progress.path("isps").path(-1);
  }

  private static IspEntry isp(String id) {
    return new IspEntry(
        new Isp(id, id, Isp.Kind.MAILBOX, id), List.of(id + ".test"), List.of(), "test");
  }
}
