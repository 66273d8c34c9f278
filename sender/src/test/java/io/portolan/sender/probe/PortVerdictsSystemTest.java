package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.sender.lab.GatewayRules;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.Meddler;
import io.portolan.sender.probe.ConnectSeries.Connect;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.Opening;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Verdicts on what somebody on the way does to a port, beside those of PortProbeSystemTest. */
@Tag("system")
class PortVerdictsSystemTest {
  private PortScene scene;

  @BeforeEach
  void start() throws IOException {
    scene = new PortScene();
  }

  @AfterEach
  void stop() {
    scene.close();
  }

  @Test
  void tellsABlockByIpv6Alone() throws Exception {
    try (GatewayRules _ = forward("meta nfproto ipv6 tcp dport 25 drop")) {
      assertThat(scene.verdict(25)).isEqualTo(PortVerdict.IPV6_ONLY);
    }
    try (GatewayRules _ =
        forward("meta nfproto ipv6 tcp dport 25 reject with icmpv6 type admin-prohibited")) {
      assertThat(scene.verdict(25)).isEqualTo(PortVerdict.IPV6_ONLY);
    }
    assertThat(scene.verdict(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsAProxyThatTakesStartTlsOut() throws Exception {
    between(line -> line.replace("STARTTLS", "8BITMIME"), Duration.ZERO);

    assertThat(scene.verdict(25)).isEqualTo(PortVerdict.TLS_STRIPPED);
    assertThat(scene.verdict(587)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsAProxyThatMasksTheBanner() throws Exception {
    between(
        line ->
            line.startsWith("220 ")
                ? "220 " + "*".repeat(30) + "\r\n"
                : line.replace("STARTTLS", "XXXXXXXA"),
        Duration.ZERO);

    ProbeReport report = scene.look();

    assertThat(report.ports().getFirst().verdict()).isEqualTo(PortVerdict.TLS_STRIPPED);
    assertThat(report.results())
        .filteredOn(result -> result.target().port() == 25 && isIpv4(result))
        .allMatch(result -> result.evidence().masked());
  }

  @Test
  void tellsAnInterceptorWithAnAuthorityOfItsOwn() throws Exception {
    SimulatedNetwork other = scene.lab.keep(new SimulatedNetwork(InstantSource.system()));
    LabHost proxy = scene.lab.host("proxy");
    other
        .server("mail.north.test")
        .at(proxy.address(), proxy::listen)
        .listen(465, Security.IMPLICIT_TLS)
        .start();
    try (GatewayRules _ =
        scene.lab.rules(
            "type nat hook prerouting priority -100;",
            "tcp dport 465 dnat ip to " + proxy.address().getHostAddress())) {
      assertThat(scene.verdict(465)).isEqualTo(PortVerdict.INTERCEPTED);
    }
  }

  /** Somebody accepts in the place of all, and says nothing or resets. */
  @Test
  void tellsThatNoMailHostAnswersAtAll() throws Exception {
    behave(new Reaction.Silence());
    assertThat(scene.verdict(25)).isEqualTo(PortVerdict.INTERCEPTED);

    behave(new Reaction.Reset());
    assertThat(scene.verdict(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void blamesNoPortForOneTarpit() throws Exception {
    scene.north().behave(Behaviour.at(ServerPhase.BANNER, new Reaction.Silence()));

    assertThat(scene.verdict(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void blamesNoPortForLosingLargePackets() throws Exception {
    try (GatewayRules _ = forward("meta length > 1400 drop")) {
      assertThat(scene.verdict(587)).isEqualTo(PortVerdict.OPEN);
    }
  }

  /** A round trip of 250 ms, which this kernel's netem is not needed for. */
  @Test
  void blamesNoPortForALongWay() throws Exception {
    between(UnaryOperator.identity(), Duration.ofMillis(125));

    assertThat(scene.verdict(25)).isNotIn(PortVerdict.PORT_BLOCKED, PortVerdict.INTERCEPTED);
  }

  @Test
  void tellsALimitOfConnectionsFromABlock() throws Exception {
    List<Connect> connects = new ArrayList<>();
    Instant end = Instant.now().plusSeconds(60);
    try (GatewayRules _ =
        forward(
            "tcp dport 25 tcp flags & (syn | ack) == syn"
                + " limit rate over 10/minute burst 3 packets drop")) {
      for (int i = 0; new ConnectSeries(connects).limitOf(25).isEmpty(); i++) {
        assertThat(Instant.now()).isBefore(end);
        connects.add(connect(i, 25));
        connects.add(connect(i, 587));
      }
    }
    assertThat(new ConnectSeries(connects).limitOf(25).orElseThrow().words())
        .contains("your network limits connections to port 25");
    assertThat(new ConnectSeries(connects).limitOf(587)).isEmpty();
  }

  private Connect connect(int number, int port) {
    int host = number % scene.hosts.size();
    Opening opening = scene.open(scene.hosts.get(host).address(), port, TlsMode.OPPORTUNISTIC);
    return new Connect(
        Instant.now(),
        port,
        PortScene.OPERATORS.get(host),
        PortScene.answer(opening).equals("connect-timeout"));
  }

  private void behave(Reaction reaction) {
    scene
        .servers
        .values()
        .forEach(server -> server.behave(Behaviour.at(ServerPhase.BANNER, reaction)));
  }

  private void between(UnaryOperator<String> says, Duration delay) throws IOException {
    LabHost host = scene.lab.host("meddler");
    Meddler.between(scene.lab, new Meddler.Way(host, scene.sender, scene.hosts, 25), says, delay);
  }

  private GatewayRules forward(String rule) throws IOException {
    return scene.lab.rules("type filter hook forward priority 0;", rule);
  }

  private static boolean isIpv4(ProbeResult result) {
    return result.family() == AddressFamily.IPV4;
  }
}
