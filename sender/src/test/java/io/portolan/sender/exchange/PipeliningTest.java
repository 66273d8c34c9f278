package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static io.portolan.sender.smtp.SmtpScene.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.simulation.Behaviour;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only the grouped exchange must take care of. */
class PipeliningTest {
  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
  }

  @AfterEach
  void close() throws IOException {
    scene.close();
  }

  private SmtpSession session() {
    return scene.opened(scene.direct(TlsMode.NONE));
  }

  private static void assertAccepted(Transaction transaction) {
    assertThat(transaction)
        .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
  }

  @Test
  void sendsTheCommandsOfAMessageInOneGroup() {
    assertSendsInOneGroup();
    assertThat(scene.server.statistics().violations()).isEmpty();
  }

  private void assertSendsInOneGroup() {
    var grouped =
        scene
            .server
            .on(ServerPhase.MAIL)
            .when(moment -> moment.pipelined() > 0)
            .delay(Duration.ZERO);
    grouped.always();
    try (SmtpSession session = session()) {
      assertAccepted(session.send(MAIL));
    }
    grouped.cancel();
    assertThat(grouped.hits()).isEqualTo(1);
  }

  /** RFC 2920 section 3.1: 354 although no recipient stands; the lone dot takes it back. */
  @ParameterizedTest
  @CsvSource({"250, true", "554, true", "421, false"})
  void aDataLetThroughWithoutARecipientDeliversNothing(int answerToTheDot, boolean usable) {
    ScriptedPeer peer =
        new ScriptedPeer("250 ok", "550 5.1.1 unknown", "354 go", answerToTheDot + " so");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      Transaction transaction =
          dialogue.run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), MESSAGE, null);
      assertThat(transaction)
          .isInstanceOfSatisfying(
              Replied.class,
              reply -> {
                assertThat(reply.phase()).isEqualTo(Phase.RCPT);
                assertThat(reply.reply().code()).isEqualTo(550);
              });
      assertThat(peer.written()).isEqualTo("MAIL\r\nRCPT\r\nDATA\r\n.\r\n");
      assertThat(dialogue.isUsable()).isEqualTo(usable);
    }
  }

  @Test
  void aRefusalStandsThoughThePeerThenLeaves() {
    ScriptedPeer peer = new ScriptedPeer("250 ok", "550 5.1.1 unknown");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      assertThat(dialogue.run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), MESSAGE, null))
          .isInstanceOfSatisfying(
              Replied.class, reply -> assertThat(reply.reply().code()).isEqualTo(550));
      assertThat(dialogue.isUsable()).isFalse();
    }
  }

  @Test
  void resetsWithinTheNextGroupAndMatchesEveryReply() {
    ScriptedPeer peer =
        new ScriptedPeer(
            "250 mail",
            "550 rcpt",
            "503 data",
            "250 rset",
            "250 mail",
            "250 rcpt",
            "354 go",
            "250 taken");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      dialogue.run(new Dialogue.Commands("MAIL 1\r\n", "RCPT 1\r\n"), MESSAGE, null);
      assertAccepted(
          dialogue.run(new Dialogue.Commands("MAIL 2\r\n", "RCPT 2\r\n"), MESSAGE, null));
      assertThat(peer.written())
          .startsWith("MAIL 1\r\nRCPT 1\r\nDATA\r\nRSET\r\nMAIL 2\r\nRCPT 2\r\nDATA\r\n");
    }
  }

  @Test
  void aPeerThatRefusesGroupsTwiceAndHangsUpIsServedOneByOneFromThenOn() {
    scene.server.behave(new Behaviour.BrokenPipelining(true));
    for (int i = 0; i < 2; i++) {
      try (SmtpSession session = session()) {
        // nothing was taken, and nobody bounced
        assertThat(session.send(MAIL))
            .isInstanceOfSatisfying(Lost.class, lost -> assertThat(lost.unknown()).isFalse());
      }
    }
    try (SmtpSession session = session()) {
      assertAccepted(session.send(MAIL));
      assertAccepted(session.send(MAIL));
    }
    assertThat(scene.received()).hasSize(2);
  }

  @Test
  void aPeerThatTwiceLosesWhatWasSentAheadIsServedOneByOneFromThenOn() {
    scene.server.behave(new Behaviour.BrokenPipelining(false));
    for (int i = 0; i < 2; i++) {
      assertTimesOutAtRcpt();
    }
    try (SmtpSession session = session()) {
      assertAccepted(session.send(MAIL));
    }
    assertThat(scene.received()).hasSize(1);
  }

  private void assertTimesOutAtRcpt() {
    try (SmtpSession session = impatient()) {
      assertThat(session.send(MAIL))
          .isInstanceOfSatisfying(
              Lost.class,
              lost -> {
                assertThat(lost.phase()).isEqualTo(Phase.RCPT);
                assertThat(lost.timedOut()).isTrue();
              });
    }
  }

  private SmtpSession impatient() {
    return scene.opened(scene.direct(TlsMode.NONE, SmtpScene.impatientAt(ServerPhase.RCPT)));
  }

  @Test
  void aHostThatAnsweredGroupsKeepsThemHoweverOftenItHangs() {
    assertSendsInOneGroup();
    for (int i = 0; i < 3; i++) {
      hangOnceAtRcpt();
    }
    assertSendsInOneGroup();
  }

  @Test
  void aHostThatIsNewKeepsGroupsThoughItHangsOnce() {
    hangOnceAtRcpt();
    assertSendsInOneGroup();
  }

  private void hangOnceAtRcpt() {
    scene.server.on(ServerPhase.RCPT).silence().once();
    assertTimesOutAtRcpt();
  }

  @Test
  void aPeerThatTwiceLosesWhatCameBehindADotIsServedOneByOneFromThenOn() {
    scene.server.on(ServerPhase.DOT).then(new Reaction.DiscardPipelined()).times(2);
    for (int i = 0; i < 2; i++) {
      try (SmtpSession session = impatient()) {
        assertAccepted(session.send(MAIL, Optional.of(MAIL)));
        assertThat(session.hasAnnounced()).isTrue();
        assertThat(session.send(MAIL))
            .isInstanceOfSatisfying(
                Lost.class, lost -> assertThat(lost.phase()).isEqualTo(Phase.MAIL));
      }
    }
    try (SmtpSession session = session()) {
      assertAccepted(session.send(MAIL, Optional.of(MAIL)));
      assertThat(session.hasAnnounced()).isFalse();
    }
  }

  @Test
  void offersTheMessageAgainOnTheSameSessionWhenOnlyTheGroupWasRefused() {
    ScriptedPeer peer =
        new ScriptedPeer(
            "250 mail",
            "503 pipelining",
            "503 pipelining",
            "250 rset",
            "250 mail",
            "250 rcpt",
            "354 go",
            "250 taken");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      assertAccepted(dialogue.run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), MESSAGE, null));
      assertThat(dialogue.brokePipelining()).isTrue();
      assertThat(dialogue.isUsable()).isTrue();
    }
  }

  @Test
  void a503ThatStaysIsTheAnswer() {
    ScriptedPeer peer =
        new ScriptedPeer(
            "503 log in", "503 log in", "503 log in", "250 rset", "503 log in", "221 bye");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      assertThat(dialogue.run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), MESSAGE, null))
          .isInstanceOfSatisfying(
              Replied.class,
              reply -> {
                assertThat(reply.phase()).isEqualTo(Phase.MAIL);
                assertThat(reply.reply().code()).isEqualTo(503);
              });
      assertThat(dialogue.brokePipelining()).isFalse();
    }
  }

  /** Behind the dot it refused MAIL, alone it refuses the recipient: it did not read the group. */
  @Test
  void aRefusalThatComesLaterAloneShowsThatTheGroupWasRefused() {
    Refused alone = refusedAlone("250 rset", "250 mail", "550 no such user");

    assertThat(alone.reply().phase()).isEqualTo(Phase.RCPT);
    assertThat(alone.broke()).isTrue();
  }

  @Test
  void whoTakesLeaveWhenAskedAloneShowsNothing() {
    Refused alone = refusedAlone("421 too many errors");

    assertThat(alone.reply().reply().code()).isEqualTo(421);
    assertThat(alone.broke()).isFalse();
  }

  private record Refused(Replied reply, boolean broke) {}

  /**
   * A message that was announced behind another's dot and refused there, and what it meets alone.
   */
  private static Refused refusedAlone(String... alone) {
    List<String> replies =
        new ArrayList<>(
            List.of("250 mail", "250 rcpt", "354 go", "250 taken", "550 no", "503 no", "503 no"));
    replies.addAll(List.of(alone));
    ScriptedPeer peer = new ScriptedPeer(replies.toArray(String[]::new));
    Dialogue.Commands commands = new Dialogue.Commands("MAIL\r\n", "RCPT\r\n");
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      assertAccepted(dialogue.run(commands, MESSAGE, commands));
      Transaction refused = dialogue.run(commands, MESSAGE, null);
      assertThat(refused).isInstanceOf(Replied.class);
      return new Refused((Replied) refused, dialogue.brokePipelining());
    }
  }

  @Test
  void aSilentPeerDoesNotLosePipelining() {
    var silence = scene.server.on(ServerPhase.MAIL).then(new Reaction.Silence());
    silence.once();
    try (SmtpSession session = impatient()) {
      assertThat(session.send(MAIL)).isInstanceOf(Lost.class);
    }
    assertSendsInOneGroup();
  }
}
