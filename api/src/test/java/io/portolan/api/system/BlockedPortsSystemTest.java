package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ports blocked by a gateway's nftables, on the wire: {@code serve} on one host, ISPs and relays on
 * others at their real ports. What the receivers hold is counted against what PostgreSQL says.
 */
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BlockedPortsSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The most connects that a block may cost, however large the campaign. */
  private static final long BUDGET = 10;

  private static final String PATHS =
      """
      paths:
        first-block: 2s
        longest-block: 4s
        confirm: 1s
        suspect: 1s
        ramp: 1s
      """;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  private Scene scene;
  private Campaigns campaigns;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    scene = new Scene(directory);
    ServeProcess serve =
        scene.serve(
            scene.database(database.settings()),
            PATHS + isps(directory),
            Map.of("PORTOLAN_SECRET_RELAY", "secret"));
    campaigns = scene.campaigns(serve.firstKey());
  }

  @AfterAll
  void stop() {
    scene.close();
  }

  @Test
  void leavesPort25WhenItIsDroppedAndComesBackWithOneConnectionWhenItIsFree() throws Exception {
    Station isp = scene.mail().isp("north", "north.test");
    Station relay = relay("north");
    policy("north", "[direct:25, north-relay:587]", "connections: 4, messagesPerSecond: 20");
    PortBlock block = scene.lab().block(isp.host(), 25, Way.DROP, Extent.NEW_CONNECTIONS);

    long first = campaigns.start("north, dropped", Campaigns.addresses(40, "@north.test"));
    campaigns.finished(first);

    holdsEachOnce(first, 40, "@north.test");
    assertThat(attempts(first)).containsExactly("accepted 40");
    assertThat(ports("@north.test")).containsOnly(Map.entry(587, 40L));
    assertThat(failures(first)).isBetween(1L, BUDGET);
    assertThat(block.packets()).as("SYNs on the wire").isBetween(1L, 3 * BUDGET);
    assertThat(isp.server().statistics().connections().total()).isZero();

    CompletableFuture<Void> speak = new CompletableFuture<>();
    isp.server().on(ServerPhase.BANNER).until(speak).always();
    block.close();
    long second = campaigns.start("north, free", Campaigns.addresses(240, ".second@north.test"));
    Eventually.holds("port 25 is tried", () -> isp.server().statistics().connections().total() > 0);
    long relayed = relay.server().statistics().messages().total();
    Eventually.holds(
        "mail goes on over the relay meanwhile",
        () -> relay.server().statistics().messages().total() >= relayed + 10);
    assertThat(isp.server().statistics().connections().total()).as("one tries it").isEqualTo(1);
    speak.complete(null);
    campaigns.finished(second);

    holdsEachOnce(second, 240, ".second@north.test");
    assertThat(attempts(second)).containsExactly("accepted 240");
    assertThat(ports(".second@north.test")).containsKeys(25, 587);
    assertThat(ports(".second@north.test").get(25)).as("used again").isGreaterThan(50);
  }

  @ParameterizedTest
  @EnumSource
  void movesToAnotherPortWhenTheRelaysIsBlockedInTheMiddle(Way way) throws Exception {
    String name = way.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String tail = "@" + name + ".test";
    Station relay = relay(name);
    policy(
        name,
        "[%1$s-relay:587, %1$s-relay:2525, %1$s-relay:465]".formatted(name),
        "connections: 4, messagesPerConnection: 10");

    long campaign = blockInTheMiddle(relay, tail, way, Extent.NEW_CONNECTIONS);

    holdsEachOnce(campaign, 300, tail);
    assertThat(attempts(campaign)).containsExactly("accepted 300");
    assertThat(ports(tail)).containsOnlyKeys(587, 2525);
    assertThat(ports(tail).get(587)).as("open sessions come to their end").isBetween(60L, 100L);
    assertThat(failures(campaign)).isBetween(1L, BUDGET);
  }

  @Test
  void movesToAnotherPortWhenOpenConnectionsFallSilentToo() throws Exception {
    Station relay = relay("silent");
    policy(
        "silent",
        "[silent-relay:587, silent-relay:465]",
        "connections: 4, messagesPerConnection: 10");

    long campaign = blockInTheMiddle(relay, "@silent.test", Way.DROP, Extent.EVERYTHING);

    // only what goes to the relay is dropped: every answer that it gave was heard, so that even the
    // messages without one, at most one on each connection, arrive once
    holdsEachOnce(campaign, 300, "@silent.test");
    assertThat(attempts(campaign)).contains("accepted 300").hasSizeLessThanOrEqualTo(2);
    assertThat(unknown(campaign)).isLessThanOrEqualTo(4);
    assertThat(ports("@silent.test")).containsOnlyKeys(587, 465);
    assertThat(failures(campaign)).isBetween(1L, BUDGET);
  }

  /** Runs a campaign of 300 whose relay's port 587 is blocked when 60 messages have begun. */
  private long blockInTheMiddle(Station relay, String tail, Way way, Extent extent)
      throws Exception {
    CompletableFuture<Void> blocked = new CompletableFuture<>();
    ServerScript.Rule held =
        relay.server().on(ServerPhase.MAIL).port(587).after(60).until(blocked).always();
    long campaign = campaigns.start(tail, Campaigns.addresses(300, tail));
    assertThat(held.awaitHits(1, PATIENCE)).as("60 messages have begun").isTrue();
    try (PortBlock block = scene.lab().block(relay.host(), 587, way, extent)) {
      blocked.complete(null);
      campaigns.finished(campaign);
      assertThat(block.packets()).isPositive();
    }
    return campaign;
  }

  /** Every recipient has one message, and PostgreSQL says so. */
  private void holdsEachOnce(long campaign, int recipients, String tail) {
    List<StoredMessage> held = held(tail);
    assertThat(held.stream().map(StoredMessage::recipient).distinct()).hasSize(recipients);
    assertThat(held).hasSize(recipients);
    assertThat(
            database.texts(
                "SELECT state || ' ' || count(*) FROM delivery WHERE campaign_id = ? GROUP BY state",
                campaign))
        .containsExactly("accepted " + recipients);
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  /** What attempts came to, with how many did. */
  private static List<String> attempts(long campaign) {
    return database.texts(
        "SELECT outcome || ' ' || count(*) FROM attempt WHERE campaign_id = ? GROUP BY outcome ORDER BY outcome",
        campaign);
  }

  private static long unknown(long campaign) {
    return database.number(
        "SELECT count(*) FROM attempt WHERE campaign_id = ? AND outcome = 'unknown'", campaign);
  }

  private static long failures(long campaign) {
    return database.number("SELECT count(*) FROM path_failure WHERE campaign_id = ?", campaign);
  }

  private List<StoredMessage> held(String tail) {
    return scene.mail().mailboxes().matching(message -> message.recipient().endsWith(tail));
  }

  /** How many messages to such addresses came through each port. */
  private Map<Integer, Long> ports(String tail) {
    return held(tail).stream()
        .collect(Collectors.groupingBy(message -> message.origin().port(), Collectors.counting()));
  }

  /** A relay with a host of its own, so that no test sees what another has done to its paths. */
  private Station relay(String label) throws Exception {
    return campaigns.relay(
        scene.mail(), label + "-relay", Map.of(587, "starttls", 2525, "starttls", 465, "implicit"));
  }

  private void policy(String isp, String paths, String limits) {
    campaigns.activate(
        """
        rules:
          - isp: "*"
            paths: [direct:25]
            timeouts: {connect: 1s, tls: 10s, greeting: 20s, command: 5s, data: 5s, dot: 5s}
            retry: {delays: [1s], lifetime: 10m}
          - isp: %s
            paths: %s
            limits: {%s}
        """
            .formatted(isp, paths, limits));
  }

  private static String isps(Path directory) throws IOException {
    Path isps = directory.resolve("isps.csv");
    Files.writeString(
        isps,
        """
        isp_id,display_name,kind,consumer_domains,mx_suffixes,source,platform_isp_id,confidence,note
        north,North,mailbox,north.test,,,,high,
        drop,Drop,mailbox,drop.test,,,,high,
        reset,Reset,mailbox,reset.test,,,,high,
        admin-prohibited,Admin,mailbox,admin-prohibited.test,,,,high,
        host-prohibited,Host,mailbox,host-prohibited.test,,,,high,
        silent,Silent,mailbox,silent.test,,,,high,
        """);
    return "isps:\n  file: " + isps + "\n";
  }
}
