package io.portolan.sender.simulation;

import static io.portolan.sender.simulation.SimulatedMailServer.Security.STARTTLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.simulation.SimulatedNetwork.OpenConnections;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  private SimulatedNetwork network;
  private SimulatedMailServer server;

  @BeforeEach
  void open() throws IOException {
    network = new SimulatedNetwork(InstantSource.system());
    server = network.server("mx1.healthy.test").listen(25, STARTTLS).listen(2525, STARTTLS).start();
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  @Test
  void dialsByNameAndByAddress() throws IOException {
    assertThat(server.address().getHostAddress()).isEqualTo("198.51.100.1");
    for (String host : new String[] {"mx1.healthy.test", "MX1.Healthy.Test.", "198.51.100.1"}) {
      try (RawSmtpClient client = new RawSmtpClient(network.dial(host, 25, TIMEOUT))) {
        assertThat(client.reply().text()).isEqualTo("mx1.healthy.test ESMTP");
      }
    }
    assertThat(network.dials("mx1.healthy.test", 25)).isEqualTo(3);
  }

  @Test
  void dialsFromAChosenAddress() throws IOException {
    InetAddress source = InetAddress.ofLiteral("127.0.0.7");
    try (Socket socket = network.dial(Optional.of(source), "mx1.healthy.test", 25, TIMEOUT)) {
      assertThat(socket.getLocalAddress()).isEqualTo(source);
    }
  }

  @Test
  void refusesAPortTheHostDoesNotHave() {
    assertThatThrownBy(() -> network.dial("mx1.healthy.test", 26, TIMEOUT))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void knowsNoOtherNameOrAddress() {
    assertThatThrownBy(() -> network.dial("nowhere.test", 25, TIMEOUT))
        .isInstanceOf(UnknownHostException.class);
    assertThatThrownBy(() -> network.dial("203.0.113.99", 25, TIMEOUT))
        .isInstanceOf(NoRouteToHostException.class);
  }

  @Test
  void connectsToADroppedPortTimeOutInTheKernel() throws IOException {
    network.block("mx1.healthy.test", 25, Block.DROP);
    for (int millis : new int[] {50, 300, 1500}) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> network.dial("mx1.healthy.test", 25, Duration.ofMillis(millis)))
          .isInstanceOf(SocketTimeoutException.class);
      // the kernel's clock ticks in milliseconds and may be one short
      assertThat(System.nanoTime() - start).isGreaterThan((millis - 5) * 1_000_000L);
    }
    network.dial("mx1.healthy.test", 2525, TIMEOUT).close();
  }

  @Test
  void manyConnectsToADroppedPortAllTimeOut() throws Exception {
    network.block(25, Block.DROP);
    var dials =
        java.util.stream.IntStream.range(0, 50)
            .mapToObj(
                ignored ->
                    CompletableFuture.supplyAsync(
                        () -> outcomeOfDial(25), task -> Thread.ofVirtual().start(task)))
            .toList();
    for (CompletableFuture<String> dial : dials) {
      assertThat(dial.get(10, TimeUnit.SECONDS)).isEqualTo("SocketTimeoutException");
    }
    network.unblock(25);
    assertThat(outcomeOfDial(25)).isEqualTo("connected");
  }

  private String outcomeOfDial(int port) {
    try (Socket socket = network.dial("mx1.healthy.test", port, SHORT)) {
      return socket.isConnected() ? "connected" : "not connected";
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  @Test
  void connectsToARejectedPortAreRefused() throws IOException {
    network.block("198.51.100.1", 25, Block.REJECT);
    assertThat(outcomeOfDial(25)).isEqualTo("ConnectException");
    assertThat(network.blocked("mx1.healthy.test", 25)).contains(Block.REJECT);
    network.unblock("mx1.healthy.test", 25);
    assertThat(outcomeOfDial(25)).isEqualTo("connected");
    assertThat(network.blocked("mx1.healthy.test", 25)).isEmpty();
  }

  @Test
  void aBlockTowardsOneHostGoesBeforeTheOneTowardsAll() throws IOException {
    network.block(25, Block.DROP);
    network.block("mx1.healthy.test", 25, Block.REJECT);
    assertThat(outcomeOfDial(25)).isEqualTo("ConnectException");
    network.unblock("mx1.healthy.test", 25);
    assertThat(outcomeOfDial(25)).isEqualTo("SocketTimeoutException");
  }

  @Test
  void openConnectionsLiveOnThroughAPortBlockedForSynsAlone() throws IOException {
    try (RawSmtpClient client = dial(25).greeted()) {
      network.block(25, Block.DROP);
      assertThat(client.deliver("a@client.test", "b@healthy.test", "1@client.test").code())
          .isEqualTo(250);
    }
  }

  @Test
  void openConnectionsStallUntilThePortIsFreeAgain() throws Exception {
    try (RawSmtpClient client = dial(25).greeted();
        RawSmtpClient other = dial(2525).greeted()) {
      network.block(25, Block.DROP.with(OpenConnections.STALL));
      client.write("NOOP\r\n");
      client.socket().setSoTimeout(200);
      assertThatThrownBy(client::reply).isInstanceOf(SocketTimeoutException.class);
      assertThat(other.command("NOOP").code()).isEqualTo(250);
      network.unblock(25);
      client.socket().setSoTimeout(10_000);
      assertThat(client.reply().code()).isEqualTo(250);
    }
  }

  @Test
  void whatArrivesWhileStalledIsNotTaken() throws Exception {
    try (RawSmtpClient client = dial(25).greeted()) {
      client.command("MAIL FROM:<a@client.test>");
      client.command("RCPT TO:<b@healthy.test>");
      client.command("DATA");
      network.block("mx1.healthy.test", 25, Block.DROP.with(OpenConnections.STALL));
      client.write(RawSmtpClient.message("1@client.test") + ".\r\n");
      assertThat(network.mailboxes().awaitMessages(1, Duration.ofMillis(200))).isFalse();
    }
    assertThat(server.statistics().connections().open()).isZero();
    network.unblock("mx1.healthy.test", 25);
  }

  @Test
  void openConnectionsAreResetWhenTheBlockSaysSo() throws IOException {
    try (RawSmtpClient client = dial(25).greeted()) {
      network.block(25, Block.REJECT.with(OpenConnections.RESET));
      assertThatThrownBy(() -> client.command("NOOP")).isInstanceOf(SocketException.class);
      assertThat(server.statistics().connections().open()).isZero();
    }
  }

  @Test
  void aClosedServerRefuses() throws IOException {
    try (RawSmtpClient client = dial(25).greeted()) {
      server.close();
      assertThatThrownBy(() -> client.command("NOOP")).isInstanceOf(SocketException.class);
    }
    assertThat(outcomeOfDial(25)).isEqualTo("ConnectException");
  }

  @Test
  void tellsWhereAPortIsForClientsThatDialItThemselves() {
    assertThat(server.backing(25)).isPresent();
    assertThat(server.backing(26)).isEmpty();
    assertThat(server.ports()).containsExactlyInAnyOrder(25, 2525);
  }

  @Test
  void aConnectionCountsUntilTheClientClosesItAndNotAMomentLonger() throws IOException {
    for (int i = 0; i < 200; i++) {
      try (RawSmtpClient client = dial(25)) {
        assertThat(client.reply().code()).isEqualTo(220);
      }
    }
    assertThat(server.statistics().connections())
        .isEqualTo(new ServerStatistics.Connections(200, 0, 1, 0));
  }

  @Test
  void countsByServerPlatformAndNetwork() throws IOException {
    SimulatedMailServer first =
        network.server("mx1.big.test").platform("big").listen(25, STARTTLS).start();
    SimulatedMailServer second =
        network.server("mx2.big.test").platform("big").listen(25, STARTTLS).start();
    try (RawSmtpClient one =
            new RawSmtpClient(network.dial("mx1.big.test", 25, TIMEOUT)).greeted();
        RawSmtpClient two =
            new RawSmtpClient(network.dial("mx2.big.test", 25, TIMEOUT)).greeted()) {
      one.deliver("a@client.test", "b@big.test", "1@client.test");
      one.deliver("a@client.test", "b@big.test", "2@client.test");
      two.deliver("a@client.test", "c@big.test", "3@client.test");
      two.command("BOGUS");
    }
    assertThat(first.statistics().connections().maxConcurrent()).isEqualTo(1);
    assertThat(second.statistics().messages().total()).isEqualTo(1);
    ServerStatistics big = network.statistics("big");
    assertThat(big.connections()).isEqualTo(new ServerStatistics.Connections(2, 0, 2, 0));
    assertThat(big.messages())
        .isEqualTo(new ServerStatistics.Messages(3, 2, java.util.Map.of(25, 3L)));
    assertThat(big.refusals()).containsExactlyEntriesOf(java.util.Map.of(500, 1L));
    assertThat(network.statistics().messages().total()).isEqualTo(3);
    assertThat(server.statistics().messages().total()).isZero();
  }

  private RawSmtpClient dial(int port) throws IOException {
    return new RawSmtpClient(network.dial("mx1.healthy.test", port, TIMEOUT));
  }
}
