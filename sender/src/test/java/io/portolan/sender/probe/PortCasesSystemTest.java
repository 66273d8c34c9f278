package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.sender.lab.GatewayRules;
import io.portolan.sender.lab.LabHost;
import io.portolan.sender.lab.PortBlock;
import io.portolan.sender.lab.PortBlock.Extent;
import io.portolan.sender.lab.PortBlock.Way;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each case of docs/port-cases.md, made to happen on the wire, and what Portolan calls it. */
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortCasesSystemTest {
  private static final int LARGE = 16 << 20;

  private PortScene scene;

  @BeforeAll
  void start() throws IOException {
    scene = new PortScene();
  }

  @AfterAll
  void stop() {
    scene.close();
  }

  @BeforeEach
  void behave() {
    scene.servers.values().forEach(server -> server.behave());
  }

  @ParameterizedTest
  @EnumSource
  void callsEachCaseByItsName(PortCase each) throws Exception {
    assertThat(answer(each)).isEqualTo(each.answer());
  }

  private String answer(PortCase each) throws Exception {
    return switch (each) {
      case SYN_DROPPED -> blocked(Way.DROP);
      case SYN_RESET -> blocked(Way.RESET);
      case HOST_PROHIBITED -> {
        assertThat(blocked(Way.ADMIN_PROHIBITED)).isEqualTo(each.answer());
        yield blocked(Way.HOST_PROHIBITED);
      }
      case NET_PROHIBITED -> {
        try (GatewayRules _ = forward("tcp dport 25 reject with icmp type net-prohibited")) {
          yield opened(25, TlsMode.STARTTLS);
        }
      }
      case LOCAL_RULES -> {
        scene.sender.run("ip", "rule", "add", "ipproto", "tcp", "dport", "25", "prohibit");
        try {
          yield opened(25, TlsMode.STARTTLS);
        } finally {
          scene.sender.run("ip", "rule", "del", "ipproto", "tcp", "dport", "25", "prohibit");
        }
      }
      case NO_ADDRESS ->
          PortScene.answer(scene.open(25, TlsMode.STARTTLS, List.of(), Optional.empty()));
      case TARPIT -> at(ServerPhase.BANNER, new Reaction.Silence(), 25, TlsMode.STARTTLS);
      case CLOSED_BEFORE_BANNER ->
          at(ServerPhase.BANNER, new Reaction.Close(), 25, TlsMode.STARTTLS);
      case RESET_BEFORE_BANNER ->
          at(ServerPhase.BANNER, new Reaction.Reset(), 25, TlsMode.STARTTLS);
      case BANNER_REFUSES -> {
        scene.north().behave(Behaviour.blockedByReputation(ServerPhase.BANNER));
        yield opened(25, TlsMode.STARTTLS);
      }
      case FOREIGN_BANNER -> {
        try (GatewayRules _ = hotel()) {
          yield opened(25, TlsMode.OPPORTUNISTIC);
        }
      }
      case MASKED_BANNER -> {
        scene.north().behave(new Behaviour.MaskedByFirewall());
        yield opened(25, TlsMode.STARTTLS);
      }
      case STARTTLS_STRIPPED -> {
        scene.north().behave(new Behaviour.Without(Set.of(Behaviour.Capability.STARTTLS)));
        yield opened(25, TlsMode.STARTTLS);
      }
      case STARTTLS_REFUSED -> {
        scene.north().behave(Behaviour.refusing(ServerPhase.STARTTLS, 502, "5.5.1", "No"));
        String forGood = opened(25, TlsMode.STARTTLS);
        scene.north().behave(Behaviour.refusing(ServerPhase.STARTTLS, 454, "4.7.0", "Later"));
        yield forGood + ", or " + opened(25, TlsMode.STARTTLS);
      }
      case HANDSHAKE_CUT -> at(ServerPhase.HANDSHAKE, new Reaction.Close(), 25, TlsMode.STARTTLS);
      case FOREIGN_CERTIFICATE -> {
        scene.north().present(scene.network.certificates().selfSigned(PortScene.NORTH));
        try {
          yield opened(587, TlsMode.STARTTLS);
        } finally {
          scene.north().present(scene.network.certificates().identity(PortScene.NORTH));
        }
      }
      case OTHER_TLS_MODE -> {
        assertThat(opened(587, TlsMode.IMPLICIT)).isEqualTo(each.answer());
        yield looked(465, TlsMode.STARTTLS);
      }
      case SILENT_HANDSHAKE ->
          at(ServerPhase.HANDSHAKE, new Reaction.Silence(), 465, TlsMode.IMPLICIT);
      case NO_LISTENER -> opened(2525, TlsMode.STARTTLS);
      case LOGIN_REFUSED -> {
        scene.north().behave(Behaviour.authRefused());
        yield PortScene.answer(
            scene.open(
                587,
                TlsMode.STARTTLS,
                List.of(scene.hosts.getFirst().address().getHostAddress()),
                Optional.of(PortScene.LOGIN)));
      }
      case THROTTLED -> {
        scene.north().behave(Behaviour.refusing(ServerPhase.MAIL, 421, "4.7.28", "Too fast"));
        yield PortScene.answer(scene.send(100));
      }
      case RATE_LIMITED -> {
        var answers = new TreeSet<String>();
        try (GatewayRules _ =
            forward(
                "tcp dport 25 tcp flags & (syn | ack) == syn"
                    + " limit rate over 20/minute burst 3 packets drop")) {
          for (int i = 0; i < 8; i++) {
            answers.add(opened(25, TlsMode.STARTTLS));
          }
        }
        assertThat(answers).containsExactly("connect-timeout", "opened");
        yield "connect-timeout now and then";
      }
      case HTTP_BANNER -> {
        scene.north().behave(Behaviour.httpBanner());
        yield opened(25, TlsMode.STARTTLS);
      }
      case SILENT_AFTER_DOT -> {
        scene.north().behave(Behaviour.at(ServerPhase.DOT, new Reaction.Silence()));
        yield PortScene.answer(scene.send(100));
      }
      case CLOSED_AFTER_DOT -> {
        scene.north().behave(Behaviour.at(ServerPhase.DOT, new Reaction.Close()));
        yield PortScene.answer(scene.send(100));
      }
      case LARGE_PACKETS_LOST -> {
        try (GatewayRules _ = forward("tcp dport 25 meta length > 700 drop")) {
          assertThat(PortScene.answer(scene.send(100))).isEqualTo("replied 250 at DOT");
          yield PortScene.answer(scene.send(LARGE));
        }
      }
    };
  }

  @Test
  void tellsATarpitFromTlsByASecondConnection() throws Exception {
    scene.north().behave(Behaviour.at(ServerPhase.BANNER, new Reaction.Silence()));

    assertThat(looked(25, TlsMode.STARTTLS)).isEqualTo("no-banner");
  }

  /** What a probe of north says. */
  private String looked(int port, TlsMode tls) throws InterruptedException {
    return scene
        .look(List.of(new ProbeTarget("north", PortScene.NORTH, port, tls)))
        .results()
        .stream()
        .filter(result -> result.target().port() == port && result.target().tls() == tls)
        .findFirst()
        .orElseThrow()
        .kind()
        .orElseThrow()
        .id();
  }

  private String blocked(Way way) throws IOException {
    try (PortBlock _ = scene.lab.block(25, way, Extent.EVERYTHING)) {
      return opened(25, TlsMode.STARTTLS);
    }
  }

  private String at(ServerPhase phase, Reaction reaction, int port, TlsMode tls) {
    scene.north().behave(Behaviour.at(phase, reaction));
    return opened(port, tls);
  }

  private String opened(int port, TlsMode tls) {
    return PortScene.answer(scene.open(port, tls));
  }

  private GatewayRules forward(String rule) throws IOException {
    return scene.lab.rules("type filter hook forward priority 0;", rule);
  }

  /** Sends whoever connects to port 25 to a relay of the network's own. */
  private GatewayRules hotel() throws IOException {
    LabHost hotel = scene.lab.host("hotel");
    scene
        .network
        .server("relay.hotel.test")
        .at(hotel.address(), hotel::listen)
        .listen(25, Security.STARTTLS)
        .start();
    return scene.lab.rules(
        "type nat hook prerouting priority -100;",
        "ip saddr %s tcp dport 25 dnat ip to %s"
            .formatted(scene.sender.address().getHostAddress(), hotel.address().getHostAddress()));
  }
}
