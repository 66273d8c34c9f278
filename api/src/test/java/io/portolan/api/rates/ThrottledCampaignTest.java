package io.portolan.api.rates;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A campaign to an ISP that throttles, by a policy whose lifetime is so short that what is offered
 * again and again in vain expires. A slow machine makes it easier, for the ISP takes more
 * meanwhile.
 */
@Timeout(120)
class ThrottledCampaignTest {
  private static final int BURST = 1_200;
  private static final int A_SECOND = 12;
  private static final int OF_THROTTLING = BURST + 120;
  private static final int OF_OTHER = 400;
  private static final String POLICY =
      """
      rules:
        - isp: "*"
          paths: [direct:25]
          limits: {connections: 4}
          retry: {delays: [1s], lifetime: 3s}
          pause:
            - {reply: "4.7.28", for: 1s}
      """;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  /**
   * Takes a burst and then so many messages a second, and answers 421 to all others, as {@code
   * Throttling} does by the minute. Thread-safe.
   */
  private static final class Bucket implements Behaviour {
    private static final List<Reaction> REFUSAL =
        List.of(new Reaction.Answer(ServerReply.of(421, "4.7.28", "An unusual rate of mail")));
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private double left = BURST;
    private long filledAt = System.nanoTime();

    @Override
    public synchronized List<Reaction> react(Moment moment) {
      if (moment.phase() != ServerPhase.MAIL) {
        return List.of();
      }
      long now = System.nanoTime();
      left = Math.min(BURST, left + A_SECOND * (now - filledAt) / NANOS);
      filledAt = now;
      if (left < 1) {
        return REFUSAL;
      }
      left--;
      return List.of();
    }
  }

  @Test
  void losesHardlyAnyMailToAnIspThatThrottlesWhileOthersGoOn() throws Exception {
    try (TestingNode node =
            new TestingNode(
                database,
                uploads,
                List.of(GuardedCampaigns.isp("healthy"), GuardedCampaigns.isp("choosy")));
        ApiClient api = new ApiClient(node.url(), node.key())) {
      int version =
          api.postText("/api/v1/policy/versions", POLICY, "application/yaml")
              .path("version")
              .asInt();
      api.post("/api/v1/policy/versions/" + version + "/activate", Map.of());
      Bucket bucket = new Bucket();
      node.choosy().forEach(server -> server.behave(bucket));
      GuardedCampaigns campaigns = new GuardedCampaigns(api, database);

      long campaign = campaigns.launch("news", addresses(), Map.of());

      JsonNode ended = campaigns.await(campaign, GuardedCampaigns::isFinished);
      long accepted = GuardedCampaigns.accepted(ended, "choosy");
      long expired = database.number("SELECT count(*) FROM delivery WHERE state = 'expired'");
      assertThat(accepted + expired).isEqualTo(OF_THROTTLING);
      assertThat(expired).as("expired").isLessThanOrEqualTo(OF_THROTTLING / 50);
      assertThat(database.number("SELECT count(*) FROM attempt WHERE code = 421"))
          .as("offers in vain")
          .isBetween(1L, OF_THROTTLING / 20L);
      assertThat(database.texts("SELECT lane || ' ' || kind FROM platform_pace_change"))
          .containsExactly("choosy slowed");
      assertThat(GuardedCampaigns.accepted(ended, "healthy")).isEqualTo(OF_OTHER);
      assertThat(
              database.texts(
                  """
                  SELECT isp FROM delivery WHERE campaign_id = ? GROUP BY isp ORDER BY max(ended_at), max(attempts)
                  """,
                  campaign))
          .as("the other ISP is done first")
          .containsExactly("healthy", "choosy");
      assertThat(
              database.number("SELECT count(*) FROM attempt WHERE isp = 'healthy' AND number > 1"))
          .isZero();
      assertThat(node.mailboxes().withMoreThanOne()).isEmpty();
    }
  }

  private static List<String> addresses() {
    return Stream.concat(
            IntStream.range(0, OF_THROTTLING).mapToObj(i -> "some" + i + "@choosy.test"),
            IntStream.range(0, OF_OTHER).mapToObj(i -> "some" + i + "@healthy.test"))
        .toList();
  }
}
