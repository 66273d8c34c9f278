package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.sender.lab.LabMail.Station;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedMailboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code serve} with its embedded database, killed in the middle of a campaign and started again.
 */
@Tag("system")
class KilledServeSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int RECIPIENTS = 600;
  private static final int CONNECTIONS = 4;

  private static final String SCHEDULER =
      """
      scheduler:
        node: only
        check-in: 1s
      """;

  private static final String POLICY =
      """
      rules:
        - isp: "*"
          paths: [direct:25]
          limits: {connections: 4, messagesPerSecond: 150}
      """;

  @TempDir private Path directory;
  private Scene scene;

  @BeforeEach
  void start() throws IOException {
    scene = new Scene(directory);
  }

  @AfterEach
  void stop() throws Exception {
    try {
      scene.close();
    } finally {
      endServer();
    }
  }

  @Test
  void losesNothingAndDoublesOnlyWhatWasInDoubt() throws Exception {
    Station isp = scene.mail().isp("port", "port.test");
    SimulatedMailboxes mailboxes = scene.mail().mailboxes();
    List<String> recipients = Campaigns.addresses(RECIPIENTS, "@port.test");
    ServeProcess first = serve();
    Campaigns campaigns = scene.campaigns(first.firstKey());
    campaigns.activate(POLICY);
    // the worst moment: each connection has brought a message whose answer is still to come
    ServerScript.Rule silent =
        isp.server()
            .on(ServerPhase.DOT)
            .after(200)
            .keepMessage()
            .until(new CompletableFuture<>())
            .always();
    long campaign = campaigns.start("killed", recipients);
    assertThat(silent.awaitHits(CONNECTIONS, PATIENCE)).isTrue();
    Ledger ledger = new Ledger(databaseUrl());
    Eventually.holds("what was answered is recorded", () -> ledger.accepted(campaign) == 200);

    first.kill();
    silent.cancel();
    // somebody still looks into the database when it is started again
    try (Connection onlooker = DriverManager.getConnection(databaseUrl())) {
      assertThat(onlooker.isValid(10)).as("the database outlives a kill").isTrue();
      ServeProcess second = serve();
      assertThat(mailboxes.awaitMessages(350, PATIENCE)).isTrue();
      second.kill();
    }
    // this time the database dies with it, and leaves its files as they are
    ProcessHandle server = server();
    List<ProcessHandle> family = server.descendants().toList();
    server.destroyForcibly();
    Eventually.holds("the server is gone", () -> family.stream().noneMatch(ProcessHandle::isAlive));
    int held = mailboxes.messages();
    assertThat(held).as("killed in the middle").isLessThan(RECIPIENTS);
    serve();
    campaigns.finished(campaign);

    new Ledger(databaseUrl()).allAccepted(campaign, RECIPIENTS);
    int copies = Ledger.copies(mailboxes, recipients);
    assertThat(copies).as("copies").isBetween(CONNECTIONS, held - 200);
  }

  private ServeProcess serve() throws IOException {
    return scene.serve("database:\n  directory: " + data() + "\n", SCHEDULER, Map.of());
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** The URL of the server that runs now. */
  private String databaseUrl() throws IOException {
    int port = Integer.parseInt(Files.readAllLines(pidFile()).get(3).strip());
    return "jdbc:postgresql://127.0.0.1:"
        + scene.sender().fromOutside(port).getPort()
        + "/postgres?user=postgres";
  }

  private Path pidFile() {
    return data().resolve("postmaster.pid");
  }

  private ProcessHandle server() throws IOException {
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile()).getFirst().strip()))
        .orElseThrow();
  }

  /** Ends the server that a killed process may have left behind. */
  private void endServer() throws IOException {
    if (Files.exists(pidFile())) {
      ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile()).getFirst().strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
