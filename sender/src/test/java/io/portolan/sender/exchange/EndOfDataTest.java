package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.ENVELOPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.smtp.SmtpSession;
import io.portolan.sender.wire.DeadlineWatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the boundary lies between a message that nobody took and one that somebody may have. */
class EndOfDataTest {
  private static final int LARGE = 8 << 20; // more than socket buffers hold

  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
  }

  @AfterEach
  void close() throws IOException {
    scene.close();
  }

  private static byte[] message(int octets) {
    byte[] message = "x: y\r\n\r\n".repeat(octets / 8 + 1).getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(message, octets);
  }

  @Test
  void aLossAmidALargeMessageTookNothing() {
    scene.server.on(ServerPhase.BODY).reset().once();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
      assertThat(session.send(new Mail(ENVELOPE, Content.of(message(LARGE)))))
          .isInstanceOfSatisfying(
              Lost.class,
              lost -> {
                assertThat(lost.phase()).isEqualTo(Phase.DATA);
                assertThat(lost.unknown()).isFalse();
                assertThat(lost.timedOut()).isFalse();
              });
    }
    assertThat(scene.received()).isEmpty();
  }

  @Test
  void aPeerThatReadsNoMoreRunsIntoTheDeadlineOfABlock() {
    // before the first octet of the message is read, for ever
    scene.server.on(ServerPhase.BODY).until(new CompletableFuture<>()).once();
    try (SmtpSession session =
        scene.opened(scene.direct(TlsMode.NONE, SmtpScene.impatientAt(ServerPhase.BODY)))) {
      assertThat(session.send(new Mail(ENVELOPE, Content.of(message(LARGE)))))
          .isInstanceOfSatisfying(
              Lost.class,
              lost -> {
                assertThat(lost.phase()).isEqualTo(Phase.DATA);
                assertThat(lost.timedOut()).isTrue();
                assertThat(FailureKind.of(lost)).isEqualTo(FailureKind.DATA_STALLED);
              });
    }
  }

  @Test
  void aRefusalAmidALargeMessageIsHeard() {
    scene
        .server
        .on(ServerPhase.BODY)
        .then(new Reaction.Raw("552 5.3.4 too big after all\r\n", true))
        .once();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
      assertThat(session.send(new Mail(ENVELOPE, Content.of(message(LARGE)))))
          .isInstanceOfSatisfying(
              Replied.class,
              reply -> {
                // how much got out before it depends on how long the peer goes on reading
                assertThat(reply.phase()).isIn(Phase.DATA, Phase.DOT);
                assertThat(reply.reply().code()).isEqualTo(552);
                assertThat(reply.accepted()).isFalse();
              });
    }
  }

  @Test
  void aSmallMessageLeavesWithItsEndSoThatALossIsUnknown() {
    scene.server.on(ServerPhase.BODY).reset().once();
    try (SmtpSession session = scene.opened(scene.direct(TlsMode.NONE))) {
      assertThat(session.send(SmtpScene.MAIL))
          .isInstanceOfSatisfying(Lost.class, lost -> assertThat(lost.unknown()).isTrue());
    }
  }

  /**
   * Cuts the line after each possible number of octets: whatever is said of the loss must agree
   * with whether any octet of CRLF.CRLF got out.
   */
  @Test
  void saysUnknownExactlyWhenTheEndMayHaveLeft() {
    byte[] message = message(200_000);
    ScriptedPeer whole = peer();
    assertThat(sent(whole, message))
        .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    assertThat(whole.written()).endsWith("\r\n.\r\n");
    int writes = whole.writes().size();
    assertThat(writes).as("writes").isGreaterThan(5);

    for (int breaking = 0; breaking < writes; breaking++) {
      ScriptedPeer broken = peer().breakingAt(breaking);
      boolean mayHaveLeft = breaking == writes - 1;
      assertThat(sent(broken, message))
          .isInstanceOfSatisfying(
              Lost.class, lost -> assertThat(lost.unknown()).isEqualTo(mayHaveLeft));
      assertThat(broken.written()).doesNotContain("\r\n.\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 16 + 16, 128, 16 + 128, 128 + 128, 16 + 128 + 128})
  void noOctetOfTheEndLeavesBeforeTheBoundary(int kilobytes) {
    // messages of every size around the buffer's and a block's: the end is never torn
    for (int size = kilobytes * 1024 - 12; size < kilobytes * 1024 + 12; size++) {
      ScriptedPeer whole = peer();
      sent(whole, message(size));
      int last = whole.writes().getLast();
      assertThat(last).as("last write of a message of " + size).isGreaterThanOrEqualTo(5);
    }
  }

  private static ScriptedPeer peer() {
    return new ScriptedPeer("250 mail", "250 rcpt", "354 go", "250 taken");
  }

  private static Transaction sent(ScriptedPeer peer, byte[] message) {
    try (DeadlineWatch watch = new DeadlineWatch()) {
      return peer.dialogue(watch, false)
          .run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), Content.of(message), null);
    }
  }
}
