package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.ENVELOPE;
import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Dialogue.Commands;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The envelope that leaves behind the end of the message before it. */
class AnnouncementTest {
  private static final Commands FIRST = new Commands("MAIL 1\r\n", "RCPT 1\r\n");
  private static final Commands SECOND = new Commands("MAIL 2\r\n", "RCPT 2\r\n");
  private static final Content TEXT = SmtpScene.content("a: b\r\n\r\nc\r\n");
  private static final String GROUP_2 = "MAIL 2\r\nRCPT 2\r\nDATA\r\n";

  private final DeadlineWatch watch = new DeadlineWatch();

  @AfterEach
  void close() {
    watch.close();
  }

  /** A peer that takes the first message, and what it says behind that. */
  private static ScriptedPeer peer(String answerToTheDot, String... behind) {
    String[] lines = new String[4 + behind.length];
    lines[0] = "250 mail";
    lines[1] = "250 rcpt";
    lines[2] = "354 go";
    lines[3] = answerToTheDot;
    System.arraycopy(behind, 0, lines, 4, behind.length);
    return new ScriptedPeer(lines);
  }

  @Test
  void takesOneRoundTripAMessage() {
    String[] replies = {"250 mail", "250 rcpt", "354 go", "250 taken"};
    String[] all = new String[20];
    for (int i = 0; i < all.length; i++) {
      all[i] = replies[i % 4];
    }
    ScriptedPeer peer = new ScriptedPeer(all);
    Dialogue dialogue = peer.dialogue(watch, true);
    for (int i = 0; i < 5; i++) {
      Commands next = i < 4 ? new Commands("MAIL " + (i + 1) + "\r\n", "RCPT\r\n") : null;
      accepted(dialogue.run(new Commands("MAIL " + i + "\r\n", "RCPT\r\n"), TEXT, next));
    }

    assertThat(peer.writes()).as("the first group, then a write a message").hasSize(6);
    assertThat(peer.written())
        .startsWith(
            "MAIL 0\r\nRCPT\r\nDATA\r\na: b\r\n\r\nc\r\n.\r\n"
                + "MAIL 1\r\nRCPT\r\nDATA\r\na: b\r\n\r\nc\r\n.\r\nMAIL 2")
        .endsWith("c\r\n.\r\n");
    assertThat(dialogue.isUsable()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"250 taken, true", "552 too large, false", "451 later, false"})
  void matchesEveryReplyWhateverBecomesOfTheMessageBefore(String answer, boolean isAccepted) {
    ScriptedPeer peer = peer(answer, "250 mail", "250 rcpt", "354 go", "250 taken");
    Dialogue dialogue = peer.dialogue(watch, true);

    assertThat(((Replied) dialogue.run(FIRST, TEXT, SECOND)).accepted()).isEqualTo(isAccepted);
    accepted(dialogue.run(SECOND, TEXT, null));

    assertThat(peer.written()).endsWith(".\r\n" + GROUP_2 + "a: b\r\n\r\nc\r\n.\r\n");
  }

  @Test
  void aRefusedRecipientBehindTheDotIsItsOwn() {
    ScriptedPeer peer =
        peer(
            "250 taken",
            "250 mail",
            "550 unknown",
            "503 no recipient",
            "250 reset",
            "250 mail",
            "250 rcpt",
            "354 go",
            "250 taken");
    Dialogue dialogue = peer.dialogue(watch, true);

    accepted(dialogue.run(FIRST, TEXT, SECOND));
    Replied refused = (Replied) dialogue.run(SECOND, TEXT, null);
    assertThat(refused.phase()).isEqualTo(Phase.RCPT);
    assertThat(refused.reply().code()).isEqualTo(550);
    accepted(dialogue.run(FIRST, TEXT, null));

    assertThat(dialogue.brokePipelining()).isFalse();
    assertThat(peer.written()).contains(GROUP_2 + "RSET\r\nMAIL 1");
  }

  @Test
  void anotherMessageThanTheOneAnnouncedIsNotPutInItsPlace() {
    ScriptedPeer peer = peer("250 taken", "250 mail", "250 rcpt", "354 go", "250 taken");
    Dialogue dialogue = peer.dialogue(watch, true);
    accepted(dialogue.run(FIRST, TEXT, SECOND));

    Transaction other = dialogue.run(FIRST, TEXT, null);

    assertThat(other).isInstanceOf(Lost.class);
    assertThat(other.isLapsed()).isTrue();
    assertThat(dialogue.isUsable()).isFalse();
    assertThat(peer.written()).endsWith(GROUP_2);
  }

  @Test
  void aFarewellBehindTheDotTookNothingOfTheNext() {
    Dialogue dialogue = peer("250 taken", "421 enough").dialogue(watch, true);
    accepted(dialogue.run(FIRST, TEXT, SECOND));

    assertThat(dialogue.run(SECOND, TEXT, null).isLapsed()).isTrue();
    assertThat(dialogue.isUsable()).isFalse();
    assertThat(dialogue.brokePipelining()).isFalse();
  }

  @Test
  void aFarewellAtTheDotEndsTheSession() {
    Dialogue dialogue = peer("421 going down").dialogue(watch, true);

    Replied first = (Replied) dialogue.run(FIRST, TEXT, SECOND);

    assertThat(first.phase()).isEqualTo(Phase.DOT);
    assertThat(dialogue.isUsable()).isFalse();
  }

  @Test
  void anAcceptanceIsHeardWhenTheNextGroupBreaksOff() {
    // the end fits into the buffer, the group behind it does not
    Content text = SmtpScene.content("x".repeat(16 * 1024 - 15).concat("\r\n"));
    ScriptedPeer peer = peer("250 taken").breakingAt(2).heardOn();
    Dialogue dialogue = peer.dialogue(watch, true);

    accepted(dialogue.run(FIRST, text, SECOND));

    assertThat(peer.written()).contains("\r\n.\r\nMAIL").doesNotContain(GROUP_2);
    assertThat(dialogue.isUsable()).isFalse();
  }

  @Test
  void aSenderRefusedForItsPlaceBehindADotIsOfferedOneByOne() {
    ScriptedPeer peer =
        peer(
            "250 taken",
            "554 synchronization error",
            "503 no sender",
            "503 no sender",
            "250 reset",
            "250 mail",
            "250 rcpt",
            "354 go",
            "250 taken");
    Dialogue dialogue = peer.dialogue(watch, true);
    accepted(dialogue.run(FIRST, TEXT, SECOND));

    accepted(dialogue.run(SECOND, TEXT, null));

    assertThat(dialogue.brokePipelining()).isTrue();
    assertThat(dialogue.isPipelining()).isFalse();
  }

  @Test
  void aSenderRefusedWhereverItStandsIsRefused() {
    ScriptedPeer peer =
        peer(
            "250 taken",
            "550 bad sender",
            "503 no sender",
            "503 no sender",
            "250 reset",
            "550 bad sender");
    Dialogue dialogue = peer.dialogue(watch, true);
    accepted(dialogue.run(FIRST, TEXT, SECOND));

    Replied refused = (Replied) dialogue.run(SECOND, TEXT, null);

    assertThat(refused.reply().code()).isEqualTo(550);
    assertThat(dialogue.brokePipelining()).isFalse();
  }

  @Test
  void aLossAtTheDotLeavesTheMessageInDoubtAndTheNextUntouched() {
    ScriptedPeer peer = peer("250 taken").breakingAt(1);
    Dialogue dialogue = peer.dialogue(watch, true);

    assertThat(dialogue.run(FIRST, TEXT, SECOND))
        .isInstanceOfSatisfying(Lost.class, lost -> assertThat(lost.unknown()).isTrue());
    assertThat(dialogue.isUsable()).isFalse();
  }

  @Test
  void aSessionThatWaitsForAMessageIsLeftWithoutQuit() throws IOException {
    try (SmtpScene scene = new SmtpScene()) {
      var quit = scene.server.on(ServerPhase.QUIT).delay(Duration.ZERO);
      quit.always();
      try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
        accepted(session.send(MAIL, Optional.of(MAIL)));
        assertThat(session.hasAnnounced()).isTrue();
      }
      try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
        accepted(session.send(MAIL));
      }
      assertThat(scene.received()).hasSize(2);
      assertThat(quit.hits()).isEqualTo(1);
    }
  }

  @Test
  void nothingIsAnnouncedThatThePeerCannotTake() throws IOException {
    try (SmtpScene scene = new SmtpScene();
        SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
      accepted(session.send(MAIL, Optional.of(new Mail(ENVELOPE, SmtpScene.content("a\nb")))));
      assertThat(session.hasAnnounced()).isFalse();
    }
  }

  private static void accepted(Transaction transaction) {
    assertThat(transaction)
        .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
  }
}
