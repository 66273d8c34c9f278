package io.portolan.sender.exchange;

import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static io.portolan.sender.smtp.SmtpScene.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.exchange.Transaction.Lost;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Replies that nobody asked for, which came in packets of their own. */
class UnaskedReplyTest {
  @Test
  void oneBehindTheGoAheadIsNotTakenForTheAnswerToTheDot() {
    ScriptedPeer peer =
        new ScriptedPeer("250 mail", "250 rcpt", "354 go", "250 of something else").arrived();
    try (DeadlineWatch watch = new DeadlineWatch()) {
      Dialogue dialogue = peer.dialogue(watch, true);
      Transaction transaction =
          dialogue.run(new Dialogue.Commands("MAIL\r\n", "RCPT\r\n"), MESSAGE, null);

      assertThat(transaction)
          .isInstanceOfSatisfying(
              Lost.class,
              lost -> {
                assertThat(lost.unknown()).isFalse();
                assertThat(lost.detail()).contains("a reply that nobody asked for");
              });
      assertThat(peer.written()).endsWith("DATA\r\n");
    }
  }

  @Test
  void whoSaysSomethingOnAnIdleSessionIsAskedNothing() throws Exception {
    assertThat(offeredAfter("250 of something else\r\n"))
        .isInstanceOfSatisfying(
            Lost.class,
            lost -> {
              assertThat(lost.phase()).isEqualTo(Phase.MAIL);
              assertThat(lost.detail()).contains("a reply that nobody asked for");
            });
  }

  @Test
  void whoTakesLeaveOfAnIdleSessionIsAskedNothing() throws Exception {
    assertThat(offeredAfter("421 idle for too long\r\n"))
        .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.isLapsed()).isTrue());
  }

  /** Offers a message to a peer that has said this, and sees that nothing was said to it. */
  private static Transaction offeredAfter(String said) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket near = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket far = listener.accept();
        DeadlineWatch watch = new DeadlineWatch()) {
      Exchange exchange =
          new Exchange(
              new Wire(near, watch),
              SmtpScene.patient(),
              new Capabilities("mx.test", Set.of(Extension.PIPELINING), 1 << 20));
      far.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
      Eventually.value(
          "octets that arrived", () -> arrived(near), octets -> octets == said.length());

      Transaction transaction = exchange.offer(MAIL, Optional.empty());

      assertThat(far.getInputStream().readAllBytes()).isEmpty();
      return transaction;
    }
  }

  private static int arrived(Socket socket) {
    try {
      return socket.getInputStream().available();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
