package io.portolan.sender.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.sender.simulation.SimulatedDns.Answer;
import io.portolan.sender.simulation.SimulatedDns.Mx;
import io.portolan.sender.simulation.SimulatedIsps.Isp;
import io.portolan.sender.simulation.SimulatedIsps.Profile;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedIspsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private SimulatedNetwork network;
  private SimulatedIsps isps;

  @BeforeEach
  void open() throws IOException {
    network = new SimulatedNetwork(now::get);
    isps = new SimulatedIsps(network);
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  @Test
  void aHealthyIspTakesMailForItsDomainOnBothHosts() throws IOException {
    Isp isp = isps.isp("healthy.test", new Profile.Healthy());
    assertThat(network.dns().mx("healthy.test"))
        .isEqualTo(
            new Answer.Found<>(
                List.of(new Mx(10, "mx1.healthy.test"), new Mx(20, "mx2.healthy.test"))));
    for (SimulatedMailServer server : isp.servers()) {
      try (RawSmtpClient client = greeted(server.host(), 25)) {
        assertThat(client.command("EHLO again.test").lines()).contains("STARTTLS", "PIPELINING");
        client.startTls(network.certificates().clientContext(), server.host());
        client.command("EHLO client.test");
        assertThat(deliver(client, "ann@healthy.test")).isEqualTo(250);
      }
    }
    assertThat(network.statistics("healthy.test").messages().total()).isEqualTo(2);
    assertThat(network.mailboxes().of("ann@healthy.test")).hasSize(2);
  }

  @Test
  void aThrottlingIspEndsConnections() throws IOException {
    isps.isp("throttling.test", new Profile.Throttling(1, 2));
    try (RawSmtpClient client = greeted("mx1.throttling.test", 25)) {
      assertThat(deliver(client, "ann@throttling.test")).isEqualTo(250);
      assertThat(client.command("MAIL FROM:<a@client.test>").code()).isEqualTo(421);
    }
  }

  @Test
  void aGreylistingIspKnowsOneListForBothHosts() throws IOException {
    isps.isp("grey.test", new Profile.Greylisting(Duration.ofSeconds(30)));
    try (RawSmtpClient first = greeted("mx1.grey.test", 25);
        RawSmtpClient second = greeted("mx2.grey.test", 25)) {
      first.command("MAIL FROM:<news@client.test>");
      assertThat(first.command("RCPT TO:<ann@grey.test>").code()).isEqualTo(450);
      now.updateAndGet(instant -> instant.plusSeconds(30));
      assertThat(deliver(second, "ann@grey.test")).isEqualTo(250);
    }
  }

  @Test
  void aChoosyIspRefusesSomeRecipients() throws IOException {
    isps.isp("choosy.test", new Profile.Choosy("nobody", "full", "over"));
    try (RawSmtpClient client = greeted("mx1.choosy.test", 25)) {
      client.command("MAIL FROM:<a@client.test>");
      assertThat(client.command("RCPT TO:<nobody1@choosy.test>").code()).isEqualTo(550);
      assertThat(client.command("RCPT TO:<full1@choosy.test>").code()).isEqualTo(452);
      assertThat(client.command("RCPT TO:<over1@choosy.test>").code()).isEqualTo(552);
    }
  }

  @Test
  void aBlockingIspRefusesTheClient() throws IOException {
    isps.isp("blocking.test", new Profile.Blocking(ServerPhase.BANNER));
    try (RawSmtpClient client = connect("mx2.blocking.test", 25)) {
      assertThat(client.reply().code()).isEqualTo(554);
    }
  }

  @Test
  void aSlowIspLetsTheClientWait() throws IOException {
    isps.isp("slow.test", new Profile.Slow(Duration.ofMillis(100), Duration.ofMillis(100)));
    long start = System.nanoTime();
    try (RawSmtpClient client = greeted("mx1.slow.test", 25)) {
      deliver(client, "ann@slow.test");
    }
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000);
  }

  @Test
  void anUnreachableIspLetsConnectsTimeOut() throws IOException {
    isps.isp("unreachable.test", new Profile.Unreachable());
    for (String host : List.of("mx1.unreachable.test", "mx2.unreachable.test")) {
      assertThatThrownBy(() -> network.dial(host, 25, Duration.ofMillis(100)))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aRelayTakesMailForAllFromThoseWhoLogInUntilAPortIsBlocked() throws IOException {
    isps.isp("choosy.test", new Profile.Choosy("nobody", "full", "over"));
    SimulatedMailServer relay = isps.relay("relay.test", Map.of("user", "secret"));
    for (int port : List.of(587, 465, 2525)) {
      try (RawSmtpClient client = loggedIn(port)) {
        assertThat(deliver(client, "nobody1@choosy.test")).isEqualTo(250);
      }
    }
    assertThat(relay.statistics().messages().byPort())
        .isEqualTo(Map.of(587, 1L, 465, 1L, 2525, 1L));
    assertThat(network.mailboxes().of("nobody1@choosy.test"))
        .extracting(message -> message.origin().user())
        .containsOnly("user");
    network.block("relay.test", 587, Block.DROP);
    assertThatThrownBy(() -> network.dial("relay.test", 587, Duration.ofMillis(100)))
        .isInstanceOf(SocketTimeoutException.class);
    loggedIn(2525).close();
  }

  @Test
  void aRelayTakesNothingInClearAndNothingWithoutLogin() throws IOException {
    isps.relay("relay.test", Map.of("user", "secret"));
    try (RawSmtpClient client = greeted("relay.test", 587)) {
      assertThat(client.command("MAIL FROM:<a@client.test>").text()).contains("STARTTLS");
      client.startTls(network.certificates().clientContext(), "relay.test");
      client.command("EHLO client.test");
      assertThat(client.command("MAIL FROM:<a@client.test>").text())
          .contains("Authentication required");
    }
  }

  private RawSmtpClient loggedIn(int port) throws IOException {
    RawSmtpClient client = connect("relay.test", port);
    if (port == 465) {
      client.handshake(network.certificates().clientContext(), "relay.test").greeted();
    } else {
      client.greeted().startTls(network.certificates().clientContext(), "relay.test");
      client.command("EHLO client.test");
    }
    assertThat(client.authPlain("user", "secret").code()).isEqualTo(235);
    return client;
  }

  private RawSmtpClient greeted(String host, int port) throws IOException {
    return connect(host, port).greeted();
  }

  private RawSmtpClient connect(String host, int port) throws IOException {
    return new RawSmtpClient(network.dial(host, port, TIMEOUT));
  }

  private static int deliver(RawSmtpClient client, String recipient) throws IOException {
    return client.deliver("news@client.test", recipient, "1@client.test").code();
  }
}
