package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.ENVELOPE;
import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static io.portolan.sender.smtp.SmtpScene.MESSAGE;
import static io.portolan.sender.smtp.SmtpScene.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.NotPossible;
import io.portolan.sender.exchange.Transaction.Obstacle;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Behaviour.Capability;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerReply;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.simulation.SimulatedNetwork.OpenConnections;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.smtp.SmtpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of the grouped exchange and of the plain one alike. */
@ParameterizedClass
@EnumSource
class ExchangeTest {
  enum Style {
    GROUPED,
    ONE_BY_ONE
  }

  private final Style style;
  private SmtpScene scene;

  ExchangeTest(Style style) {
    this.style = style;
  }

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
    if (style == Style.ONE_BY_ONE) {
      scene.server.behave(new Behaviour.Without(Set.of(Capability.PIPELINING)));
    }
  }

  @AfterEach
  void close() throws IOException {
    assertThat(scene.server.statistics().violations()).isEmpty();
    scene.close();
  }

  private SmtpSession session() {
    return scene.opened(scene.direct(TlsMode.OPPORTUNISTIC));
  }

  private Replied replied(SmtpSession session) {
    Transaction transaction = session.send(MAIL);
    assertThat(transaction).isInstanceOf(Replied.class);
    return (Replied) transaction;
  }

  private Lost lost(SmtpSession session) {
    Transaction transaction = session.send(MAIL);
    assertThat(transaction).isInstanceOf(Lost.class);
    assertThat(session.isUsable()).isFalse();
    return (Lost) transaction;
  }

  @Test
  void deliversOneMessageAfterAnother() {
    try (SmtpSession session = session()) {
      for (int i = 0; i < 5; i++) {
        Replied reply = replied(session);
        assertThat(reply.accepted()).isTrue();
        assertThat(reply.phase()).isEqualTo(Phase.DOT);
        assertThat(reply.reply().code()).isEqualTo(250);
        assertThat(reply.took()).isPositive();
      }
      assertThat(session.messagesAccepted()).isEqualTo(5);
      assertThat(session.isUsable()).isTrue();
    }
    assertThat(scene.received())
        .hasSize(5)
        .allSatisfy(
            message -> {
              assertThat(message.sender()).isEqualTo(ENVELOPE.returnPath());
              assertThat(message.content().octets()).isEqualTo(MESSAGE.length());
            });
  }

  @Test
  void sendsFromTheNullReversePath() {
    try (SmtpSession session = session()) {
      Transaction transaction =
          session.send(new Mail(new Envelope("", ENVELOPE.recipient()), MESSAGE));
      assertThat(transaction).isInstanceOf(Replied.class);
    }
    assertThat(scene.received()).singleElement().extracting("sender").isEqualTo("");
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 550, MAIL",
    "MAIL, 451, MAIL",
    "RCPT, 550, RCPT",
    "RCPT, 450, RCPT",
    "DATA, 554, DATA",
    "DATA, 451, DATA",
    "DOT, 554, DOT",
    "DOT, 452, DOT"
  })
  void aRefusalLeavesTheSessionReadyForTheNext(ServerPhase at, int code, Phase phase) {
    scene.server.on(at).answer(code, "", "not this one").once();
    try (SmtpSession session = session()) {
      Replied reply = replied(session);
      assertThat(reply.phase()).isEqualTo(phase);
      assertThat(reply.reply().code()).isEqualTo(code);
      assertThat(reply.accepted()).isFalse();
      assertThat(session.isUsable()).isTrue();
      assertThat(session.messagesAccepted()).isZero();

      assertThat(replied(session).accepted()).isTrue();
      assertThat(replied(session).accepted()).isTrue();
      assertThat(session.messagesAccepted()).isEqualTo(2);
    }
    assertThat(scene.received()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerPhase.class,
      names = {"MAIL", "RCPT", "DATA", "DOT"})
  void a421EndsTheSessionAndIsAReply(ServerPhase at) {
    scene.server.on(at).after(1).answer(421, "4.7.0", "enough").once();
    try (SmtpSession session = session()) {
      assertThat(replied(session).accepted()).isTrue();
      Replied reply = replied(session);
      assertThat(reply.phase().name()).isEqualTo(at.name());
      assertThat(reply.reply().code()).isEqualTo(421);
      assertThat(session.isUsable()).isFalse();
      assertThat(session.messagesAccepted()).isEqualTo(1);
    }
    assertThat(scene.received()).hasSize(1);
  }

  @Test
  void a421ToRsetIsAReply() {
    scene.server.on(ServerPhase.RCPT).answer(550, "5.1.1", "unknown").once();
    scene.server.on(ServerPhase.RSET).answer(421, "4.7.0", "enough").once();
    try (SmtpSession session = session()) {
      assertThat(replied(session).phase()).isEqualTo(Phase.RCPT);
      Replied reply = replied(session);
      assertThat(reply.phase()).isEqualTo(Phase.MAIL);
      assertThat(reply.reply().code()).isEqualTo(421);
      assertThat(session.isUsable()).isFalse();
    }
  }

  static Stream<Arguments> losses() {
    return Stream.of(ServerPhase.MAIL, ServerPhase.RCPT, ServerPhase.DATA, ServerPhase.DOT)
        .flatMap(
            at ->
                Stream.of(
                        new Reaction.Close(),
                        new Reaction.Reset(),
                        new Reaction.Raw("hello\r\n", false),
                        new Reaction.Raw("\r\n\r\n", true),
                        new Reaction.LongLine(10 << 20),
                        new Reaction.Raw(
                            "354 what\r\n".repeat(at == ServerPhase.DATA ? 0 : 1), true))
                    .map(reaction -> Arguments.of(at, reaction)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aLossSaysHowFarTheMessageCame(ServerPhase at, Reaction reaction) {
    scene.server.on(at).then(reaction).once();
    try (SmtpSession session = session()) {
      Lost lost = lost(session);
      assertThat(lost.phase().name()).isEqualTo(at.name());
      assertThat(lost.unknown()).isEqualTo(at == ServerPhase.DOT);
      assertThat(lost.timedOut()).isFalse();
      assertThat(lost.detail()).isNotEmpty();
    }
    assertThat(scene.watch.connections()).isZero();
    assertThat(scene.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerPhase.class,
      names = {"MAIL", "RCPT", "DATA", "DOT"})
  void silenceEndsAtTheDeadline(ServerPhase at) {
    scene.server.on(at).silence().once();
    assertTimesOut(at);
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerPhase.class,
      names = {"MAIL", "RCPT", "DATA", "DOT"})
  void drippingEndsAtTheDeadline(ServerPhase at) {
    int code = at == ServerPhase.DATA ? 354 : 250;
    scene
        .server
        .on(at)
        .then(new Reaction.Drip(ServerReply.plain(code, "slowly"), Duration.ofMillis(50)))
        .once();
    assertTimesOut(at);
  }

  private void assertTimesOut(ServerPhase at) {
    try (SmtpSession session =
        scene.opened(scene.direct(TlsMode.NONE, SmtpScene.impatientAt(at)))) {
      Lost lost = lost(session);
      assertThat(lost.phase().name()).isEqualTo(at.name());
      assertThat(lost.timedOut()).isTrue();
      assertThat(lost.took()).isBetween(SmtpScene.SHORT, SmtpScene.LONG);
    }
  }

  @Test
  void aPortBlockedUnderAnOpenSessionEndsAtTheDeadline() {
    try (SmtpSession session =
        scene.opened(scene.direct(TlsMode.NONE, SmtpScene.impatientAt(ServerPhase.MAIL)))) {
      scene.network.block(25, Block.DROP.with(OpenConnections.STALL));
      Lost lost = lost(session);
      assertThat(lost.phase()).isEqualTo(Phase.MAIL);
      assertThat(lost.timedOut()).isTrue();
    }
  }

  @Test
  void aMessageKeptThoughTheAnswerIsLostIsUnknown() {
    scene.server.on(ServerPhase.DOT).keepMessage().close().once();
    try (SmtpSession session = session()) {
      assertThat(lost(session).unknown()).isTrue();
    }
    assertThat(scene.received()).hasSize(1);
  }

  @Test
  void anAnswerOutOfTurnEndsTheSession() {
    scene.server.on(ServerPhase.DOT).then(new Reaction.Raw("250 one\r\n250 two\r\n", false)).once();
    try (SmtpSession session = session()) {
      assertThat(replied(session).accepted()).isTrue();
      Lost lost = lost(session);
      assertThat(lost.phase()).isEqualTo(Phase.MAIL);
      assertThat(lost.detail()).contains("two");
    }
  }

  @Test
  void anAnswerAheadOfTheMessageIsNotTakenForAcceptance() {
    scene
        .server
        .on(ServerPhase.DATA)
        .then(new Reaction.Raw("354 go\r\n250 2.0.0 queued\r\n", false))
        .once();
    try (SmtpSession session = session()) {
      assertThat(lost(session).phase()).isEqualTo(Phase.DATA);
      assertThat(session.messagesAccepted()).isZero();
    }
    assertThat(scene.received()).isEmpty();
  }

  @Test
  void aFarewellBetweenMessagesAnswersTheNext() {
    scene
        .server
        .on(ServerPhase.DOT)
        .then(new Reaction.Raw("250 taken\r\n421 4.3.2 going down\r\n", true))
        .once();
    try (SmtpSession session = session()) {
      assertThat(replied(session).accepted()).isTrue();
      Replied reply = replied(session);
      assertThat(reply.phase()).isEqualTo(Phase.MAIL);
      assertThat(reply.reply().code()).isEqualTo(421);
      assertThat(session.isUsable()).isFalse();
    }
  }

  @Test
  void readsRepliesOfManyLines() {
    scene.server.on(ServerPhase.RCPT).answer(550, "5.1.1", "no", "such", "user").once();
    try (SmtpSession session = session()) {
      Replied reply = replied(session);
      assertThat(reply.reply().enhanced()).hasToString("Optional[5.1.1]");
      assertThat(reply.reply().text()).isEqualTo("no\nsuch\nuser");
    }
  }

  @Test
  void sends8BitContentWhereItIsTaken() {
    Content message = content("Subject: x\r\n\r\nGrüße\r\n");
    try (SmtpSession session = session()) {
      assertThat(session.send(new Mail(ENVELOPE, message)))
          .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    }
  }

  @Test
  void sendsInternationalMailWhereItIsTaken() {
    try (SmtpSession session = session()) {
      assertThat(session.send(new Mail(new Envelope("", "jörg@healthy.test"), MESSAGE)))
          .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
      assertThat(session.send(new Mail(ENVELOPE, content("Subject: Grüße\r\n\r\nx\r\n"))))
          .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    }
    assertThat(scene.network.mailboxes().of("jörg@healthy.test")).hasSize(1);
  }

  @Test
  void offersNothingThatThePeerCannotTake() throws IOException {
    scene.server.behave(
        new Behaviour.Without(
            Set.of(Capability.EIGHT_BIT_MIME, Capability.SMTP_UTF8, Capability.PIPELINING)));
    var mail = scene.server.on(ServerPhase.MAIL).delay(Duration.ZERO);
    mail.always();
    try (SmtpSession session = session()) {
      assertNotPossible(session, ENVELOPE, "a: b\r\n\r\nGrüße\r\n", Obstacle.NEEDS_8BITMIME);
      assertNotPossible(session, ENVELOPE, "a: Grüße\r\n\r\nb\r\n", Obstacle.NEEDS_SMTPUTF8);
      Envelope international = new Envelope("", "jörg@healthy.test");
      assertNotPossible(session, international, "a: b\r\n\r\nc\r\n", Obstacle.NEEDS_SMTPUTF8);
      assertNotPossible(session, ENVELOPE, "a: b\r\n\r\nc\n.\nd\r\n", Obstacle.BARE_LINE_BREAK);
      assertNotPossible(session, ENVELOPE, "a: b\r\n\r\nc\rd\r\n", Obstacle.BARE_LINE_BREAK);
      assertThat(mail.hits()).isZero();
      assertThat(replied(session).accepted()).isTrue();
    }
  }

  @Test
  void knowsTheLargestMessage() throws IOException {
    try (SmtpSession session = session()) {
      byte[] large = new byte[(35 << 20) + 1];
      assertThat(session.send(new Mail(ENVELOPE, Content.of(large))))
          .isInstanceOfSatisfying(
              NotPossible.class,
              impossible -> assertThat(impossible.obstacle()).isEqualTo(Obstacle.TOO_LARGE));
      assertThat(session.isUsable()).isTrue();
    }
  }

  private static void assertNotPossible(
      SmtpSession session, Envelope envelope, String message, Obstacle obstacle) {
    assertThat(session.send(new Mail(envelope, content(message))))
        .isInstanceOfSatisfying(
            NotPossible.class,
            impossible -> {
              assertThat(impossible.obstacle()).isEqualTo(obstacle);
              assertThat(impossible.reason()).isNotEmpty();
            });
    assertThat(session.isUsable()).isTrue();
  }
}
