package io.portolan.sender.smtp;

import static io.portolan.sender.smtp.SmtpScene.HOST;
import static io.portolan.sender.smtp.SmtpScene.LONG;
import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static io.portolan.sender.smtp.SmtpScene.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerReply;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionOpenerTest {
  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
  }

  @AfterEach
  void close() throws IOException {
    scene.close();
  }

  @Test
  void opensAPlainSession() {
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
      assertThat(session.isUsable()).isTrue();
      assertThat(session.usedTls()).isFalse();
      assertThat(session.host()).isEqualTo(HOST);
      assertThat(session.peerAddress()).isEqualTo(scene.server.address().getHostAddress());
      assertThat(session.openTook()).isPositive();
      PeerEvidence evidence = session.evidence();
      assertThat(evidence.banner()).isEqualTo(HOST + " ESMTP");
      assertThat(evidence.extensions()).contains("PIPELINING", "8BITMIME", "STARTTLS");
      assertThat(evidence.masked()).isFalse();
      assertThat(evidence.certificate()).isEmpty();
      assertThat(evidence.tlsVersion()).isEmpty();
    }
    assertThat(scene.server.statistics().violations()).isEmpty();
  }

  @Test
  void takesLeaveWithQuit() throws Exception {
    var quit = scene.server.on(ServerPhase.QUIT).delay(Duration.ZERO);
    quit.always();
    SmtpSession session = scene.opened(scene.direct(TlsMode.NONE));
    session.close();
    session.close();
    assertThat(quit.awaitHits(1, LONG)).isTrue();
    assertThat(session.isUsable()).isFalse();
    assertThatThrownBy(() -> session.send(MAIL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(HOST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"silence", "close", "reset"})
  void closeNeverThrowsAndNeverHangs(String manner) {
    SmtpSession session =
        scene.opened(scene.direct(TlsMode.OPPORTUNISTIC, SmtpScene.impatientAt(ServerPhase.QUIT)));
    var rule = scene.server.on(ServerPhase.QUIT);
    switch (manner) {
      case "silence" -> rule.silence();
      case "close" -> rule.close();
      default -> rule.reset();
    }
    rule.always();
    session.close();
    assertThat(scene.watch.connections()).isZero();
  }

  @Test
  void aDroppedPortIsAConnectTimeout() {
    scene.network.block(25, Block.DROP);
    Opening.PathFailed failed =
        scene.failed(scene.direct(TlsMode.NONE, SmtpScene.impatientAt(ServerPhase.CONNECT)));
    assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
    assertThat(failed.kind()).isEqualTo(FailureKind.CONNECT_TIMEOUT);
    assertThat(failed.kind().blocksPath()).isTrue();
    assertThat(failed.host()).isEqualTo(HOST);
    assertThat(failed.took()).isGreaterThanOrEqualTo(SHORT);
  }

  @Test
  void aRejectedPortIsRefused() {
    scene.network.block(25, Block.REJECT);
    Opening.PathFailed failed = scene.failed(scene.direct(TlsMode.NONE));
    assertThat(failed.kind()).isEqualTo(FailureKind.CONNECT_REFUSED);
    assertThat(failed.kind().blocksPath()).isTrue();
  }

  @Test
  void anUnreachableAddressIsToldAsSuch() {
    Opening.PathFailed failed = scene.failed(at("203.0.113.99"));
    assertThat(failed.kind()).isEqualTo(FailureKind.HOST_UNREACHABLE);
  }

  @Test
  void aHostWithoutAddressIsADnsFailure() {
    Opening.PathFailed failed = scene.failed(at());
    assertThat(failed.phase()).isEqualTo(Phase.DNS);
    assertThat(failed.kind()).isEqualTo(FailureKind.DNS);
    assertThat(failed.kind().blocksPath()).isFalse();
  }

  @Test
  void triesTheNextAddress() {
    String good = scene.server.address().getHostAddress();
    try (SmtpSession session = scene.opened(at("203.0.113.99", "2001:db8::1", good))) {
      assertThat(session.peerAddress()).isEqualTo(good);
    }
  }

  @Test
  void tellsTheFailureThatSaysMost() {
    scene.network.block(25, Block.REJECT);
    String blocked = scene.server.address().getHostAddress();
    assertThat(scene.failed(at(blocked, "2001:db8::1")).kind())
        .isEqualTo(FailureKind.CONNECT_REFUSED);
    assertThat(scene.failed(at("2001:db8::1", blocked)).kind())
        .isEqualTo(FailureKind.CONNECT_REFUSED);
  }

  @Test
  void aRefusalEndsTheSearch() throws IOException {
    scene.server.on(ServerPhase.BANNER).answer(554, "5.7.1", "Go away").always();
    String address = scene.server.address().getHostAddress();
    Opening.Refused refused = scene.refused(at(address, address));
    assertThat(refused.reply().code()).isEqualTo(554);
    assertThat(scene.network.dials(HOST, 25)).isEqualTo(1);
  }

  private SessionTarget at(String... addresses) {
    return new SessionTarget(
        new Path(Path.DIRECT, 25, TlsMode.NONE),
        HOST,
        List.of(addresses),
        Optional.empty(),
        "out.sender.test",
        SmtpScene.patient());
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        failure(ServerPhase.CONNECT, new Reaction.Close(), FailureKind.CLOSED_BEFORE_BANNER),
        failure(ServerPhase.BANNER, new Reaction.Close(), FailureKind.CLOSED_BEFORE_BANNER),
        failure(ServerPhase.BANNER, new Reaction.Reset(), FailureKind.RESET),
        failure(ServerPhase.BANNER, new Reaction.Silence(), FailureKind.NO_BANNER),
        failure(
            ServerPhase.BANNER,
            new Reaction.Drip(ServerReply.plain(220, "slowly"), Duration.ofMillis(50)),
            FailureKind.NO_BANNER),
        failure(ServerPhase.BANNER, new Reaction.LongLine(10 << 20), FailureKind.NOT_SMTP),
        failure(ServerPhase.BANNER, new Reaction.Raw("SSH-2.0-x\r\n", false), FailureKind.NOT_SMTP),
        failure(ServerPhase.BANNER, new Reaction.Raw("250 hm\r\n", false), FailureKind.NOT_SMTP),
        failure(ServerPhase.EHLO, new Reaction.Close(), FailureKind.CLOSED),
        failure(ServerPhase.EHLO, new Reaction.Reset(), FailureKind.RESET),
        failure(ServerPhase.EHLO, new Reaction.Silence(), FailureKind.NO_ANSWER),
        failure(
            ServerPhase.EHLO,
            new Reaction.Drip(ServerReply.plain(250, "slowly"), Duration.ofMillis(50)),
            FailureKind.NO_ANSWER),
        failure(ServerPhase.EHLO, new Reaction.LongLine(10 << 20), FailureKind.PROTOCOL),
        failure(
            ServerPhase.EHLO, new Reaction.Raw("\u0000\u0001\r\n", false), FailureKind.PROTOCOL),
        failure(
            ServerPhase.EHLO,
            new Reaction.Raw("250-x\r\n".repeat(200), true),
            FailureKind.PROTOCOL),
        failure(ServerPhase.EHLO, new Reaction.Raw("354 what\r\n", false), FailureKind.PROTOCOL));
  }

  private static Arguments failure(ServerPhase at, Reaction reaction, FailureKind kind) {
    return Arguments.of(at, reaction, kind);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void tellsHowOpeningFailed(ServerPhase at, Reaction reaction, FailureKind kind) {
    scene.server.on(at).then(reaction).always();
    boolean waits = kind == FailureKind.NO_BANNER || kind == FailureKind.NO_ANSWER;
    Opening.PathFailed failed =
        scene.failed(
            scene.direct(TlsMode.NONE, waits ? SmtpScene.impatientAt(at) : SmtpScene.patient()));
    assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind);
    assertThat(failed.phase()).isEqualTo(at == ServerPhase.EHLO ? Phase.EHLO : Phase.BANNER);
    assertThat(failed.detail()).isNotEmpty().hasSizeLessThan(300);
  }

  @Test
  void aCaptivePortalIsNotSmtp() {
    scene.server.behave(Behaviour.httpBanner());
    Opening.PathFailed failed = scene.failed(scene.direct(TlsMode.NONE));
    assertThat(failed.kind()).isEqualTo(FailureKind.NOT_SMTP);
    assertThat(failed.kind().blocksPath()).isTrue();
    assertThat(failed.detail()).contains("HTTP/1.0 302 Found");
  }

  @ParameterizedTest
  @ValueSource(ints = {421, 450, 521, 550, 554})
  void aBannerThatRefusesIsAnAnswer(int code) {
    scene.server.on(ServerPhase.BANNER).answer(code, "", "go away", "please").always();
    Opening.Refused refused = scene.refused(scene.direct(TlsMode.OPPORTUNISTIC));
    assertThat(refused.phase()).isEqualTo(Phase.BANNER);
    assertThat(refused.reply().code()).isEqualTo(code);
    assertThat(refused.reply().text()).isEqualTo("go away\nplease");
    assertThat(refused.peer()).isEqualTo(scene.server.address().getHostAddress());
  }

  @ParameterizedTest
  @ValueSource(ints = {421, 450, 550, 554})
  void aRefusedEhloIsAnAnswer(int code) {
    scene.server.on(ServerPhase.EHLO).answerAndHangUp(code, "", "not you").always();
    Opening.Refused refused = scene.refused(scene.direct(TlsMode.NONE));
    assertThat(refused.phase()).isEqualTo(Phase.EHLO);
    assertThat(refused.reply().code()).isEqualTo(code);
  }

  @Test
  void saysHeloToAServerThatDoesNotKnowEhlo() {
    scene.server.on(ServerPhase.EHLO).answer(502, "5.5.1", "Not implemented").once();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.OPPORTUNISTIC))) {
      assertThat(session.evidence().extensions()).isEmpty();
      assertThat(session.send(MAIL))
          .isInstanceOfSatisfying(
              Transaction.Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    }
    assertThat(scene.server.statistics().violations()).isEmpty();
  }

  @Test
  void usesAMaskedSessionThatNeedsNoTls() {
    scene.server.behave(new Behaviour.MaskedByFirewall());
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.OPPORTUNISTIC))) {
      assertThat(session.evidence().masked()).isTrue();
      assertThat(session.usedTls()).isFalse();
    }
  }

  @Test
  void refusesAMaskedSessionThatNeedsTls() {
    scene.server.behave(new Behaviour.MaskedByFirewall());
    Opening.PathFailed failed = scene.failed(scene.relay(587, TlsMode.STARTTLS));
    assertThat(failed.phase()).isEqualTo(Phase.EHLO);
    assertThat(failed.kind()).isEqualTo(FailureKind.MASKED);
  }

  @Test
  void opensThroughTheKernelToo() throws IOException {
    var backing = scene.server.backing(25).orElseThrow();
    SessionOpener opener =
        new SessionOpener(
            new SocketDialer(backing.getAddress()), TlsTrust.ofPlatform(), scene.watch);
    SessionTarget target =
        new SessionTarget(
            new Path(Path.DIRECT, backing.getPort(), TlsMode.NONE),
            HOST,
            List.of(backing.getAddress().getHostAddress()),
            Optional.empty(),
            "out.sender.test",
            SmtpScene.patient());
    assertThat(opener.open(target))
        .isInstanceOfSatisfying(Opening.Opened.class, opened -> opened.session().close());
  }

  @Test
  void aTlsPortDialledInClearIsSilent() throws IOException {
    try (SmtpScene implicit = new SmtpScene(Security.IMPLICIT_TLS)) {
      Opening.PathFailed failed =
          implicit.failed(implicit.direct(TlsMode.NONE, SmtpScene.impatientAt(ServerPhase.BANNER)));
      assertThat(failed.kind()).isEqualTo(FailureKind.NO_BANNER);
    }
  }
}
