package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.NetworkLab;
import io.portolan.sender.lab.PortBlock;
import io.portolan.sender.lab.PortBlock.Extent;
import io.portolan.sender.lab.PortBlock.Way;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ports that are blocked, diverted and tampered with on the wire, looked at from one host. */
@Tag("system")
class PortProbeSystemTest {
  private static final List<String> OPERATORS = List.of("north", "south", "west");
  private static final List<Integer> PORTS = List.of(25, 465, 587);
  private static final int WEB = 443;

  private final Map<String, InetAddress> names = new HashMap<>();
  private final List<ProbeTarget> mail = new ArrayList<>();
  private final Map<String, SimulatedMailServer> servers = new HashMap<>();
  private NetworkLab lab;
  private SimulatedNetwork network;
  private LabHost sender;
  private PortProbe probe;

  @BeforeEach
  void start() throws IOException {
    lab = NetworkLab.create();
    network = lab.keep(new SimulatedNetwork(InstantSource.system()));
    sender = lab.host("sender");
    for (String operator : OPERATORS) {
      station(operator, PORTS);
    }
    LabHost web = lab.host("web");
    lab.keep(web.listen(web.address(), WEB));
    names.put("web.test", web.address());
    for (String operator : OPERATORS) {
      mail.add(new ProbeTarget(operator, "mail." + operator + ".test", 25, TlsMode.STARTTLS));
      mail.add(new ProbeTarget(operator, "mail." + operator + ".test", 465, TlsMode.IMPLICIT));
      mail.add(new ProbeTarget(operator, "mail." + operator + ".test", 587, TlsMode.STARTTLS));
    }
    probe =
        new PortProbe(
            name ->
                names.containsKey(name)
                    ? new HostAnswer.Addresses(List.of(names.get(name)), Duration.ofHours(1))
                    : new HostAnswer.NoSuchHost(Duration.ofHours(1)),
            new SessionOpener(
                sender.dialer(),
                TlsTrust.ofPlatformAnd(List.of(network.certificates().authority())),
                lab.keep(new DeadlineWatch())),
            new ControlTargets(
                mail, List.of(new ProbeTarget("web", "web.test", WEB, TlsMode.NONE))),
            "sender.test",
            InstantSource.system());
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void findsEveryPortOpenAndAsksNobodyToTakeAMessage() throws Exception {
    ProbeReport report = look();

    assertThat(report.ports())
        .extracting(ProbeReport.Finding::verdict)
        .containsOnly(PortVerdict.OPEN);
    assertThat(report.results())
        .hasSize(10)
        .allSatisfy(result -> assertThat(result.finding()).isEqualTo(new ProbeResult.Ready()));
    for (SimulatedMailServer server : servers.values()) {
      assertThat(server.statistics().violations()).isEmpty();
    }
    assertThat(network.mailboxes().messages()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void tellsABlockedPort(Way way) throws Exception {
    try (PortBlock block = lab.block(25, way, Extent.NEW_CONNECTIONS)) {
      ProbeReport report = look();

      assertThat(verdict(report, 25)).isEqualTo(PortVerdict.PORT_BLOCKED);
      assertThat(verdict(report, 587)).isEqualTo(PortVerdict.OPEN);
      assertThat(verdict(report, 465)).isEqualTo(PortVerdict.OPEN);
      assertThat(report.ports().getFirst().words())
          .startsWith(words(way) + " at 3 of 3 operators, 443, 465, 587 work")
          .contains("Send through a relay on 465 or 587");
      assertThat(report.took()).isLessThan(Duration.ofSeconds(30));
      // three hosts, at most eight SYNs each
      assertThat(block.packets()).isBetween(3L, 24L);
    }
    assertThat(verdict(look(), 25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsThatNothingGetsOut() throws Exception {
    for (int port : List.of(25, 465, 587, WEB)) {
      lab.keep(lab.block(port, Way.DROP, Extent.EVERYTHING));
    }

    assertThat(look().ports())
        .extracting(ProbeReport.Finding::verdict)
        .containsOnly(PortVerdict.EGRESS_DOWN);
  }

  @Test
  void tellsThisHostsOwnRules() throws Exception {
    sender.run("ip", "rule", "add", "ipproto", "tcp", "dport", "25", "prohibit");

    ProbeReport report = look();

    assertThat(verdict(report, 25)).isEqualTo(PortVerdict.LOCAL_POLICY);
    assertThat(verdict(report, 587)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsWhoAnswersInThePlaceOfAllOthers() throws Exception {
    LabHost hotel = lab.host("hotel");
    network
        .server("relay.hotel.test")
        .at(hotel.address(), hotel::listen)
        .listen(25, Security.STARTTLS)
        .start();
    lab.divert(25, hotel);

    ProbeReport report = look();

    assertThat(verdict(report, 25)).isEqualTo(PortVerdict.INTERCEPTED);
    assertThat(report.ports().getFirst().words()).contains("relay.hotel.test");
  }

  @Test
  void tellsAnInterceptorOfTls() throws Exception {
    LabHost proxy = lab.host("proxy");
    SimulatedMailServer server =
        network
            .server("relay.hotel.test")
            .at(proxy.address(), proxy::listen)
            .listen(465, Security.IMPLICIT_TLS)
            .start();
    server.present(network.certificates().selfSigned("relay.hotel.test"));
    lab.divert(465, proxy);

    ProbeReport report = look();

    assertThat(verdict(report, 465)).isEqualTo(PortVerdict.INTERCEPTED);
    assertThat(report.results())
        .filteredOn(result -> result.target().port() == 465)
        .allMatch(result -> result.failedAs(FailureKind.TLS_UNTRUSTED));
  }

  @Test
  void tellsThatTlsIsTakenOut() throws Exception {
    servers
        .values()
        .forEach(
            server -> server.behave(new Behaviour.Without(Set.of(Behaviour.Capability.STARTTLS))));

    ProbeReport report = look();

    assertThat(verdict(report, 25)).isEqualTo(PortVerdict.TLS_STRIPPED);
    assertThat(verdict(report, 465)).isEqualTo(PortVerdict.OPEN);
    assertThat(report.ports().getFirst().words()).contains("Use port 465");
  }

  @Test
  void tellsAMaskingFirewall() throws Exception {
    servers.values().forEach(server -> server.behave(new Behaviour.MaskedByFirewall()));

    assertThat(verdict(look(), 25)).isEqualTo(PortVerdict.TLS_STRIPPED);
  }

  @Test
  void tellsAPortThatAHostDoesNotHaveFromABlockedOne() throws Exception {
    station("postmark", List.of(587));
    List<ProbeTarget> wanted =
        List.of(
            new ProbeTarget("postmark", "mail.postmark.test", 465, TlsMode.IMPLICIT),
            new ProbeTarget("postmark", "mail.postmark.test", 587, TlsMode.STARTTLS));

    ProbeReport report = look(wanted);

    assertThat(report.host())
        .extracting(ProbeReport.Finding::verdict)
        .containsExactly(PortVerdict.NO_LISTENER, PortVerdict.OPEN);
    assertThat(verdict(report, 465)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsADeadHostFromABlockedPort() throws Exception {
    LabHost dead = lab.host("dead");
    names.put("mail.dead.test", dead.address());

    ProbeReport report =
        look(
            List.of(
                new ProbeTarget("dead", "mail.dead.test", 465, TlsMode.IMPLICIT),
                new ProbeTarget("dead", "mail.dead.test", 587, TlsMode.STARTTLS)));

    assertThat(report.host())
        .extracting(ProbeReport.Finding::verdict)
        .containsOnly(PortVerdict.TARGET_DOWN);
  }

  @Test
  void callsNoPortBlockedForLostPackets() throws Exception {
    lab.lose(5);
    for (int round = 0; round < 5; round++) {
      assertThat(look().ports())
          .extracting(ProbeReport.Finding::verdict)
          .containsOnly(PortVerdict.OPEN);
    }
  }

  private void station(String operator, List<Integer> ports) throws IOException {
    LabHost host = lab.host(operator);
    String name = "mail." + operator + ".test";
    var server = network.server(name).at(host.address(), host::listen).platform(operator);
    for (int port : ports) {
      server.listen(port, port == 465 ? Security.IMPLICIT_TLS : Security.STARTTLS);
    }
    servers.put(operator, server.start());
    names.put(name, host.address());
  }

  private ProbeReport look() throws InterruptedException {
    return look(List.of());
  }

  private ProbeReport look(List<ProbeTarget> wanted) throws InterruptedException {
    return probe.probe(new ProbeRequest(new TreeSet<>(PORTS), wanted, true, Set.of()));
  }

  private static PortVerdict verdict(ProbeReport report, int port) {
    return report.ports().stream()
        .filter(finding -> finding.port() == port)
        .findFirst()
        .orElseThrow()
        .verdict();
  }

  private static String words(Way way) {
    return switch (way) {
      case DROP -> "dropped";
      case RESET -> "refused";
      case ADMIN_PROHIBITED, HOST_PROHIBITED -> "unreachable";
    };
  }
}
