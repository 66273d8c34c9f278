package io.portolan.sender.smtp;

import static io.portolan.sender.smtp.SmtpScene.HOST;
import static io.portolan.sender.smtp.SmtpScene.LOGIN;
import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.SimulatedMailServer.Security;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionOpenerTlsTest {
  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
  }

  @AfterEach
  void close() throws IOException {
    scene.close();
  }

  @ParameterizedTest
  @CsvSource({"587, STARTTLS", "465, IMPLICIT"})
  void logsInOverVerifiedTls(int port, TlsMode tls) {
    try (SmtpSession session = scene.opened(scene.relay(port, tls))) {
      assertThat(session.usedTls()).isTrue();
      PeerEvidence evidence = session.evidence();
      assertThat(evidence.tlsVersion()).hasValue("TLSv1.3");
      assertThat(evidence.certificate())
          .hasValueSatisfying(
              certificate -> {
                assertThat(certificate.subject()).isEqualTo("CN=" + HOST);
                assertThat(certificate.sha256()).matches("[0-9a-f]{64}");
              });
      assertThat(evidence.extensions()).contains("AUTH PLAIN LOGIN").doesNotContain("STARTTLS");
      assertThat(session.send(MAIL))
          .isInstanceOfSatisfying(
              Transaction.Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    }
    assertThat(scene.received())
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.origin().user()).isEqualTo(LOGIN.username());
              assertThat(message.origin().encrypted()).isTrue();
            });
    assertThat(scene.server.statistics().violations()).isEmpty();
  }

  @Test
  void securesADirectSessionWhateverItsCertificate() {
    scene.server.present(scene.network.certificates().selfSigned("elsewhere.test"));
    for (TlsMode tls : List.of(TlsMode.OPPORTUNISTIC, TlsMode.STARTTLS)) {
      try (SmtpSession session = scene.opened(scene.direct(tls))) {
        assertThat(session.usedTls()).isTrue();
        assertThat(session.evidence().certificate())
            .hasValueSatisfying(
                certificate -> assertThat(certificate.issuer()).isEqualTo("CN=elsewhere.test"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"587, STARTTLS", "465, IMPLICIT"})
  void trustsNoOtherName(int port, TlsMode tls) {
    scene.server.present(scene.network.certificates().identity("elsewhere.test"));
    assertUntrusted(scene.relay(port, tls), "elsewhere.test");
  }

  @Test
  void trustsNoUnknownAuthority() {
    scene.server.present(scene.network.certificates().selfSigned(HOST));
    assertUntrusted(scene.relay(587, TlsMode.STARTTLS), "issued by CN=" + HOST);
  }

  @Test
  void waitsForAServerThatTakesItsTimeBeforeTheHandshake() throws Exception {
    var slow =
        scene.server.on(ServerPhase.CONNECT).then(new Reaction.Delay(Duration.ofMillis(200)));
    slow.always();
    scene.opened(scene.relay(465, TlsMode.IMPLICIT)).close();
    assertThat(slow.hits()).isEqualTo(1);
  }

  @Test
  void trustsNoExpiredCertificate() {
    scene.server.present(scene.network.certificates().expired(HOST));
    assertUntrusted(scene.relay(465, TlsMode.IMPLICIT), "2021-01-01");
  }

  private void assertUntrusted(SessionTarget target, String detail) {
    var auth = scene.server.on(ServerPhase.AUTH).answer(535, "5.7.8", "No");
    auth.always();
    Opening.PathFailed failed = scene.failed(target);
    assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.TLS);
    assertThat(failed.kind()).isEqualTo(FailureKind.TLS_UNTRUSTED);
    assertThat(failed.kind().blocksPath()).isTrue();
    assertThat(failed.detail()).contains(detail);
    assertThat(failed.address()).isEqualTo(target.addresses().getFirst());
    assertThat(failed.evidence().certificate())
        .hasValueSatisfying(shown -> assertThat(failed.detail()).contains(shown.sha256()));
    assertThat(auth.hits()).isZero();
  }

  @Test
  void needsStartTlsWhereThePathSaysSo() {
    scene.server.behave(new Behaviour.Without(Set.of(Behaviour.Capability.STARTTLS)));
    for (SessionTarget target :
        List.of(scene.relay(587, TlsMode.STARTTLS), scene.direct(TlsMode.STARTTLS))) {
      Opening.PathFailed failed = scene.failed(target);
      assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.EHLO);
      assertThat(failed.kind()).isEqualTo(FailureKind.TLS_NOT_OFFERED);
      assertThat(failed.kind().blocksPath()).isTrue();
    }
  }

  @Test
  void aServerWithoutEhloHasNoTls() {
    scene.server.on(ServerPhase.EHLO).answer(502, "5.5.1", "What?").always();
    assertThat(scene.failed(scene.relay(587, TlsMode.STARTTLS)).kind())
        .isEqualTo(FailureKind.TLS_NOT_OFFERED);
  }

  @Test
  void goesOnInClearWhereTlsIsNotOfferedAndNotNeeded() {
    scene.server.behave(new Behaviour.Without(Set.of(Behaviour.Capability.STARTTLS)));
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.OPPORTUNISTIC))) {
      assertThat(session.usedTls()).isFalse();
      assertThat(session.evidence().tlsFailure()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 554})
  void aRefusedStartTlsBlocksThePath(int code) {
    scene.server.on(ServerPhase.STARTTLS).answer(code, "", "not here").always();
    Opening.PathFailed failed = scene.failed(scene.relay(587, TlsMode.STARTTLS));
    assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.TLS);
    assertThat(failed.kind()).isEqualTo(FailureKind.TLS_REFUSED);
  }

  @ParameterizedTest
  @ValueSource(ints = {421, 454})
  void aDeferredStartTlsIsAnAnswer(int code) {
    scene.server.on(ServerPhase.STARTTLS).answer(code, "4.7.0", "TLS not available").always();
    Opening.Refused refused = scene.refused(scene.relay(587, TlsMode.STARTTLS));
    assertThat(refused.phase()).isEqualTo(Phase.TLS);
    assertThat(refused.reply().code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(ints = {454, 502})
  void anOpportunisticSessionGoesOnInClearWhenStartTlsIsRefused(int code) throws IOException {
    scene.server.on(ServerPhase.STARTTLS).answer(code, "", "not now").always();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.OPPORTUNISTIC))) {
      assertThat(session.usedTls()).isFalse();
      assertThat(session.evidence().tlsFailure())
          .hasValueSatisfying(reason -> assertThat(reason).contains("not now"));
      assertThat(session.send(MAIL)).isInstanceOf(Transaction.Replied.class);
    }
    assertThat(scene.network.dials(HOST, 25)).isEqualTo(1);
  }

  @Test
  void anOpportunisticSessionDialsAgainInClearWhenTheHandshakeFails() throws IOException {
    scene.server.on(ServerPhase.HANDSHAKE).reset().always();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.OPPORTUNISTIC))) {
      assertThat(session.usedTls()).isFalse();
      assertThat(session.evidence().tlsFailure())
          .hasValueSatisfying(reason -> assertThat(reason).startsWith("tls-failed"));
    }
    assertThat(scene.network.dials(HOST, 25)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "587, STARTTLS, close, TLS_FAILED",
    "587, STARTTLS, reset, TLS_FAILED",
    "587, STARTTLS, silence, TLS_SILENT",
    "587, STARTTLS, plaintext, TLS_INJECTED",
    "465, IMPLICIT, close, TLS_FAILED",
    "465, IMPLICIT, reset, TLS_FAILED",
    "465, IMPLICIT, silence, TLS_SILENT",
    "465, IMPLICIT, plaintext, TLS_MODE_MISMATCH"
  })
  void tellsHowAHandshakeFailed(int port, TlsMode tls, String manner, FailureKind kind) {
    var rule = scene.server.on(ServerPhase.HANDSHAKE);
    switch (manner) {
      case "close" -> rule.close();
      case "reset" -> rule.reset();
      case "silence" -> rule.silence();
      default -> rule.then(new Reaction.Raw("220 ready\r\n", false));
    }
    rule.always();
    Opening.PathFailed failed =
        scene.failed(
            scene.target(
                new Path("relay", port, tls),
                Optional.of(LOGIN),
                manner.equals("silence")
                    ? SmtpScene.impatientAt(ServerPhase.HANDSHAKE)
                    : SmtpScene.patient()));
    assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.TLS);
    assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind);
    assertThat(failed.kind().blocksPath()).isTrue();
  }

  @Test
  void refusesPlaintextPutBehindTheAnswerToStartTls() {
    var auth = scene.server.on(ServerPhase.AUTH).answer(535, "5.7.8", "No");
    auth.always();
    scene
        .server
        .on(ServerPhase.STARTTLS)
        .then(new Reaction.Raw("220 go\r\n250 injected\r\n", false))
        .always();
    Opening.PathFailed failed = scene.failed(scene.relay(587, TlsMode.STARTTLS));
    assertThat(failed.kind()).isEqualTo(FailureKind.TLS_INJECTED);
    assertThat(auth.hits()).isZero();
  }

  @Test
  void aRelayThatSpeaksClearWhereTlsIsDueIsAMismatch() throws IOException {
    try (SmtpScene clear = new SmtpScene(Security.CLEAR)) {
      Opening.PathFailed failed =
          clear.failed(
              clear.target(
                  new Path("relay", 25, TlsMode.IMPLICIT),
                  Optional.of(LOGIN),
                  SmtpScene.patient()));
      assertThat(failed.kind()).isEqualTo(FailureKind.TLS_MODE_MISMATCH);
    }
  }

  @Test
  void forgetsWhatWasOfferedBeforeTls() {
    scene
        .server
        .on(ServerPhase.EHLO)
        .when(moment -> moment.encrypted())
        .then(new Reaction.Raw("250-" + HOST + "\r\n250 AUTH LOGIN\r\n", false))
        .always();
    // the raw reply leaves the server uninformed, so only the dialogue is looked at
    try (SmtpSession session =
        scene.opened(
            scene.target(
                new Path("relay", 587, TlsMode.STARTTLS), Optional.empty(), SmtpScene.patient()))) {
      assertThat(session.evidence().extensions()).containsExactly("AUTH LOGIN");
    }
  }

  @Test
  void aRefusedEhloWithinTlsIsAnAnswer() {
    scene
        .server
        .on(ServerPhase.EHLO)
        .when(moment -> moment.encrypted())
        .answer(550, "5.7.1", "changed my mind")
        .always();
    Opening.Refused refused = scene.refused(scene.relay(587, TlsMode.STARTTLS));
    assertThat(refused.phase()).isEqualTo(Phase.EHLO);
    assertThat(refused.reply().code()).isEqualTo(550);
  }

  @ParameterizedTest
  @CsvSource({"535, 5.7.8", "534, 5.7.9", "454, 4.7.0", "421, 4.7.0", "550, 5.7.30"})
  void aRefusedLoginIsAnAnswerAndTriedOnce(int code, String enhanced) {
    var auth = scene.server.on(ServerPhase.AUTH).answer(code, enhanced, "no");
    auth.always();
    Opening.Refused refused = scene.refused(scene.relay(587, TlsMode.STARTTLS));
    assertThat(refused.phase()).isEqualTo(Phase.AUTH);
    assertThat(refused.reply().code()).isEqualTo(code);
    assertThat(auth.hits()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"close, CLOSED", "reset, RESET"})
  void tellsThatALoginWasLost(String manner, FailureKind kind) {
    var rule = scene.server.on(ServerPhase.AUTH);
    (manner.equals("close") ? rule.close() : rule.reset()).always();
    Opening.PathFailed failed = scene.failed(scene.relay(465, TlsMode.IMPLICIT));
    assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.AUTH);
    assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind);
  }

  @Test
  void needsALoginThatWeSpeak() {
    scene.server.behave(new Behaviour.Without(Set.of(Behaviour.Capability.AUTH)));
    Opening.PathFailed none = scene.failed(scene.relay(587, TlsMode.STARTTLS));
    assertThat(none.phase()).isEqualTo(Phase.AUTH);
    assertThat(none.kind()).isEqualTo(FailureKind.AUTH_NOT_OFFERED);

    scene
        .server
        .on(ServerPhase.EHLO)
        .then(new Reaction.Raw("250-" + HOST + "\r\n250 AUTH GSSAPI NTLM\r\n", false))
        .always();
    Opening.PathFailed foreign = scene.failed(scene.relay(465, TlsMode.IMPLICIT));
    assertThat(foreign.phase()).isEqualTo(Phase.AUTH);
    assertThat(foreign.kind()).isEqualTo(FailureKind.AUTH_NOT_OFFERED);
  }

  @Test
  void logsInByLoginWherePlainIsNotOffered() {
    scene.server.on(ServerPhase.EHLO).answer(250, "", HOST, "AUTH LOGIN").always();
    try (SmtpSession session = scene.opened(scene.relay(465, TlsMode.IMPLICIT))) {
      assertThat(session.send(MAIL)).isInstanceOf(Transaction.Replied.class);
    }
    assertThat(scene.received())
        .singleElement()
        .satisfies(message -> assertThat(message.origin().user()).isEqualTo(LOGIN.username()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "OPPORTUNISTIC"})
  void neverSendsALoginWithoutVerifiedTls(TlsMode tls) throws IOException {
    Opening.PathFailed failed = scene.failed(scene.relay(587, tls));
    assertThat(failed.phase()).as(failed.toString()).isEqualTo(Phase.AUTH);
    assertThat(failed.kind()).isEqualTo(FailureKind.LOGIN_NEEDS_TLS);
    assertThat(scene.network.dials(HOST, 587)).isZero();
  }

  @Test
  void hasNoCredentialsForAnMx() {
    assertThatThrownBy(
            () ->
                scene.target(
                    new Path(Path.DIRECT, 25, TlsMode.STARTTLS),
                    Optional.of(LOGIN),
                    SmtpScene.patient()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void printsNoPassword() {
    assertThat(scene.relay(587, TlsMode.STARTTLS).toString())
        .contains(LOGIN.username())
        .doesNotContain(LOGIN.password());
  }
}
