package io.portolan.api.rates;

import static io.portolan.api.rates.GuardedCampaigns.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.batch.PlanStore;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.IspEntry;
import io.portolan.sender.simulation.Behaviour;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that send a campaign over networks of their own, of which one alone meets bounces. */
@Timeout(120)
class HoldOnTwoNodesTest {
  /** Threads of each node, which each take one batch: the fewest that can be set. */
  private static final int THREADS = 10;

  /** More batches than one node takes. */
  private static final int RECIPIENTS = (THREADS + 1) * PlanStore.BATCH_SIZE;

  private static final int A_SECOND_AND_NODE = 20;

  /** What a node may send after another one's hold: it learns of that within a second. */
  private static final int MOST_AFTER_THE_HOLD = 3 * A_SECOND_AND_NODE;

  private static final String SLOW = policy(", messagesPerSecond: " + A_SECOND_AND_NODE);
  private static final String FAST = policy("");

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private String key = "";

  @Test
  void stopsOnBothWhatOneHoldsAndSendsNothingTwiceWhenBothLetItGoOn() throws Exception {
    try (TestingNode one = node();
        TestingNode other = node()) {
      key = one.key();
      activate(one, SLOW);
      long campaign = launch(one);
      Eventually.holds(
          "both send",
          () -> one.mailboxes().messages() >= 10 && other.mailboxes().messages() >= 10);

      one.choosy().forEach(server -> server.behave(Behaviour.unknownUsers("")));

      Eventually.holds("nothing is sent and all that is open waits", () -> isAtRest(campaign));
      assertThat(database.texts("SELECT isp || ' ' || guard FROM campaign_hold"))
          .containsExactly("choosy hard-bounce");
      assertThat(afterTheHold()).as("sent after the hold").isLessThan(MOST_AFTER_THE_HOLD);
      assertThat(planned(campaign)).as("held").isGreaterThan(RECIPIENTS / 2);
      assertThat(
              database.number(
                  "SELECT count(*) FROM delivery WHERE first_held_at IS NOT NULL OR not_before IS NOT NULL"))
          .as("written for it, but for the notes of what was about to be offered")
          .isLessThanOrEqualTo(4);
      assertThat(database.number("SELECT count(*) FROM attempt WHERE outcome = 'accepted'"))
          .isEqualTo(one.mailboxes().messages() + other.mailboxes().messages());

      one.choosy().forEach(server -> server.behave());
      activate(one, FAST);
      assertThat(overriddenByBothAtOnce(one, other, campaign))
          .as("of two overrides one finds something to lift")
          .containsExactlyInAnyOrder("running", "409");

      Eventually.holds(
          "the campaign is finished",
          () ->
              database
                  .texts("SELECT state FROM campaign WHERE id = ?", campaign)
                  .equals(List.of("finished")));
      assertThat(database.number("SELECT count(*) FROM attempt")).isEqualTo(RECIPIENTS);
      assertThat(database.number("SELECT count(DISTINCT delivery_id) FROM attempt"))
          .isEqualTo(RECIPIENTS);
      assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
          .isEqualTo(one.mailboxes().messages() + other.mailboxes().messages());
    }
  }

  private static String policy(String more) {
    return """
    rules:
      - isp: "*"
        paths: [direct:25]
        limits: {scope: node, connections: 2%s}
    """
        .formatted(more);
  }

  private static TestingNode node() throws Exception {
    List<IspEntry> isps = List.of(GuardedCampaigns.isp("choosy"));
    return new TestingNode(
        database, uploads, isps, Map.of("PORTOLAN_SCHEDULER_THREADS", Integer.toString(THREADS)));
  }

  private void activate(TestingNode node, String policy) {
    try (ApiClient api = new ApiClient(node.url(), key)) {
      int version =
          api.postText("/api/v1/policy/versions", policy, "application/yaml")
              .path("version")
              .asInt();
      api.post("/api/v1/policy/versions/" + version + "/activate", Map.of());
    }
  }

  private long launch(TestingNode node) {
    try (ApiClient api = new ApiClient(node.url(), key)) {
      return new GuardedCampaigns(api, database)
          .launch(
              "news",
              IntStream.range(0, RECIPIENTS).mapToObj(i -> "some" + i + "@choosy.test").toList(),
              Map.of());
    }
  }

  /** The state that each override answers with, or the status of its refusal. */
  private List<String> overriddenByBothAtOnce(TestingNode one, TestingNode other, long campaign)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls =
          Stream.of(one, other)
              .<Callable<String>>map(node -> () -> overridden(node, campaign))
              .toList();
      return threads.invokeAll(calls).stream().map(Future::resultNow).toList();
    }
  }

  private String overridden(TestingNode node, long campaign) {
    try (ApiClient api = new ApiClient(node.url(), key)) {
      return api.post(path(campaign) + "/resume", Map.of("override", true, "note", "it was us"))
          .path("state")
          .asText();
    } catch (ApiException e) {
      return Integer.toString(e.status());
    }
  }

  private static boolean isAtRest(long campaign) {
    return database.number("SELECT count(*) FROM campaign_hold WHERE campaign_id = ?", campaign)
            == 1
        && database.number(
                """
                SELECT count(*) FROM batch
                 WHERE campaign_id = ?
                   AND (state = 'claimed' OR (state = 'queued' AND due_at < now() + interval '50 min'))
                """,
                campaign)
            == 0;
  }

  private static long planned(long campaign) {
    return database.number(
        "SELECT count(*) FROM delivery WHERE campaign_id = ? AND state = 'planned'", campaign);
  }

  private static long afterTheHold() {
    return database.number(
        """
        SELECT count(*) FROM attempt a JOIN campaign_hold h ON h.campaign_id = a.campaign_id
         WHERE a.at > h.held_at
        """);
  }
}
