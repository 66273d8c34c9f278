package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.TestDatabase;
import io.portolan.sender.lab.LabMail.Station;
import io.portolan.sender.lab.PortBlock;
import io.portolan.sender.lab.PortBlock.Extent;
import io.portolan.sender.lab.PortBlock.Way;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.StoredMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a block in the middle of a campaign costs with the settings that users have: how long no
 * mail moves, how many connects are wasted, and that nothing is lost or sent twice. (Only the wait
 * for the answer to the end of data is shortened, from ten minutes.) And that a lossy network is no
 * blocked port. The tests mostly wait, and stand side by side.
 */
@Tag("system")
@Execution(ExecutionMode.CONCURRENT)
class FailoverSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_STILLSTAND = Duration.ofSeconds(15);
  private static final long BUDGET = 10;

  /** Ten, where the figure for the documents is measured. */
  private static final int MINUTES_OF_LOSS =
      Integer.parseInt(System.getenv().getOrDefault("PORTOLAN_TEST_LOSS_MINUTES", "1"));

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private Scene scene;
  private Campaigns campaigns;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    scene = new Scene(directory);
    ServeProcess serve =
        scene.serve(
            scene.database(database.settings()), "", Map.of("PORTOLAN_SECRET_RELAY", "secret"));
    campaigns = scene.campaigns(serve.firstKey());
  }

  @AfterEach
  void stop() {
    scene.close();
  }

  @ParameterizedTest
  @EnumSource
  void movesToTheNextPathWithinFifteenSeconds(Extent extent) throws Exception {
    String name = extent.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String tail = "@" + name + ".test";
    Station relay =
        campaigns.relay(scene.mail(), "relay-" + name, Map.of(587, "starttls", 2525, "starttls"));
    policy(name, "connections: 4, messagesPerConnection: 10");
    CompletableFuture<Void> blocked = new CompletableFuture<>();
    ServerScript.Rule held =
        relay.server().on(ServerPhase.MAIL).port(587).after(60).until(blocked).always();
    long campaign = campaigns.start(tail, Campaigns.addresses(400, tail));
    assertThat(held.awaitHits(4, PATIENCE)).as("all sessions are in use").isTrue();

    try (PortBlock block = scene.lab().block(relay.host(), 587, Way.DROP, extent)) {
      Instant start = Instant.now();
      blocked.complete(null);
      campaigns.finished(campaign);

      List<StoredMessage> mail =
          scene.mail().mailboxes().matching(message -> message.recipient().endsWith(tail));
      Duration stillstand =
          Duration.between(
              start,
              mail.stream()
                  .filter(message -> message.origin().port() == 2525)
                  .map(StoredMessage::receivedAt)
                  .min(Instant::compareTo)
                  .orElseThrow());
      long connects = connects("relay-" + name);
      note(
          "%s: first message on the next path %d ms after the block, %d path failures, %d packets dropped"
              .formatted(name, stillstand.toMillis(), connects, block.packets()));
      assertThat(stillstand).isLessThanOrEqualTo(LONGEST_STILLSTAND);
      assertThat(connects).isLessThanOrEqualTo(BUDGET);
      if (extent == Extent.NEW_CONNECTIONS) {
        assertThat(block.packets())
            .as("a connect sends its SYN up to seven times")
            .isBetween(1L, 7 * BUDGET);
      }
      assertThat(mail).hasSize(400);
      assertThat(mail.stream().map(StoredMessage::recipient).distinct()).hasSize(400);
    }
    assertThat(
            database.texts(
                "SELECT state || ' ' || count(*) FROM delivery WHERE campaign_id = ? GROUP BY state",
                campaign))
        .containsExactly("accepted 400");
    assertThat(
            database.texts(
                "SELECT from_state || ' ' || to_state FROM path_transition WHERE route = ? AND port = 587 AND family = '' ORDER BY id LIMIT 2",
                "relay-" + name))
        .containsExactly("unknown open", "open suspect");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void callsALossyNetworkNoBlockedPort() throws Exception {
    Station relay =
        campaigns.relay(
            scene.mail(), "relay-" + "lossy", Map.of(587, "starttls", 2525, "starttls"));
    int recipients = MINUTES_OF_LOSS * 60 * 10;
    policy("lossy", "connections: 4, messagesPerConnection: 5, messagesPerSecond: 10");
    scene.lab().lose(5);
    long campaign = campaigns.start("lossy", Campaigns.addresses(recipients, "@lossy.test"));
    campaigns.finished(campaign, Duration.ofMinutes(MINUTES_OF_LOSS + 2));
    note(
        "5 %% loss for %d s: %d sessions, %d path failures"
            .formatted(
                recipients / 10,
                relay.server().statistics().connections().total(),
                connects("relay-lossy")));
    assertThat(
            database.texts(
                "SELECT state || ' ' || count(*) FROM delivery WHERE campaign_id = ? GROUP BY state",
                campaign))
        .containsExactly("accepted " + recipients);
    assertThat(
            database.texts(
                "SELECT DISTINCT to_state FROM path_transition WHERE route = 'relay-lossy'"))
        .containsExactly("open");
    assertThat(scene.mail().mailboxes().matching(each -> each.recipient().endsWith("@lossy.test")))
        .hasSize(recipients);
  }

  /** Keeps a figure beside the reports of the tests. */
  private static void note(String figure) throws IOException {
    Files.writeString(
        Path.of("target", "failover.txt"),
        figure + System.lineSeparator(),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private long connects(String route) {
    return database.number("SELECT count(*) FROM path_failure WHERE route = ?", route);
  }

  private void policy(String label, String limits) {
    campaigns.activate(
        """
        rules:
          - isp: "*"
            paths: [relay-%1$s:587, relay-%1$s:2525]
            limits: {%2$s}
            timeouts: {dot: 20s}
            retry: {delays: [1s]}
        """
            .formatted(label, limits));
  }
}
