package io.portolan.sender.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.sender.intake.IntakeCounts.Result;
import io.portolan.sender.listener.ListenerFixture.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostilePeerTest {
  @TempDir Path people;
  private ListenerFixture fixture;

  @BeforeEach
  void listen() throws IOException {
    fixture = new ListenerFixture(people);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void hangsUpOnCommandsHiddenBehindStarttls() throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.write("STARTTLS\r\nMAIL FROM:<>\r\n");

      assertThat(peer.reply()).startsWith("521");
      assertThat(peer.reply()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r\r\n",
        "\r.\n",
        "\n.\r\r\n"
      })
  void endsNoMailByADotThatAnotherServerMightTakeForTheEnd(String end) throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.say("MAIL FROM:<>");
      peer.say("RCPT TO:<" + fixture.returnPath(1) + ">");
      peer.say("DATA");
      peer.write("one" + end + "MAIL FROM:<>\r\nRCPT TO:<x@y.example>\r\nDATA\r\ntwo\r\n.\r\n");

      assertThat(peer.reply()).startsWith("521 5.5.2");
      assertThat(peer.reply()).isEmpty();
    }
    assertThat(fixture.inbox.arrivals()).isEmpty();
    assertThat(fixture.count(Result.LIMITED)).isEqualTo(1);
  }

  @Test
  void takesOldLineEndsWithinAMailAndDotsByteByByte() throws IOException {
    List<String> taken = new CopyOnWriteArrayList<>();
    fixture.close();
    fixture =
        new ListenerFixture(
            people,
            ListenerFixture.settings(),
            mail -> {
              taken.add(new String(mail, StandardCharsets.ISO_8859_1));
              return Feedback.NONE;
            });
    try (Peer peer = fixture.greeted()) {
      peer.say("MAIL FROM:<>");
      peer.say("RCPT TO:<" + fixture.returnPath(1) + ">");
      peer.say("DATA");
      for (char c : "a\nb\u0000\u00ff\r\n..c\r\n...\r\n.\r\n".toCharArray()) {
        peer.write(String.valueOf(c));
      }
      assertThat(peer.reply()).startsWith("250");
    }
    assertThat(taken).containsExactly("a\nb\u0000\u00ff\r\n.c\r\n..\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOOP\n", "NO\u0000OP\r\n", "NO\rOP\r\n"})
  void hangsUpOnCommandsThatAreNoLines(String bytes) throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.write(bytes);

      assertThat(peer.reply()).startsWith("521 5.5.2");
      assertThat(peer.reply()).isEmpty();
    }
  }

  @Test
  void hangsUpOnEndlessCommands() throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.write("NOOP " + "x".repeat(ListenerInput.LONGEST_COMMAND));

      assertThat(peer.reply()).startsWith("521 5.5.2");
    }
  }

  @Test
  void refusesWhatIsTooLongBeforeAndAfterItWasSent() throws IOException {
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.say("MAIL FROM:<> SIZE=100001")).startsWith("552 5.3.4");
      assertThat(peer.say("MAIL FROM:<> SIZE=99999999999999999999")).startsWith("552 5.3.4");
      assertThat(peer.mail(fixture.returnPath(1), "x".repeat(100_001))).startsWith("552 5.3.4");
      assertThat(peer.mail(fixture.returnPath(1), "x".repeat(99_998))).startsWith("250");
    }
    assertThat(fixture.inbox.arrivals()).hasSize(1);
    assertThat(fixture.count(Result.LIMITED)).isEqualTo(3);
  }

  @Test
  void tellsStrangersNothingAndTiresOfErrors() throws IOException {
    try (Peer peer = fixture.greeted()) {
      assertThat(peer.say("VRFY postmaster")).startsWith("252 2.5.0");
      assertThat(peer.say("EXPN all")).startsWith("502");
      assertThat(peer.say("AUTH PLAIN xyz")).startsWith("500");
      assertThat(peer.say("MAIL FROM:<> NOTIFY=NEVER")).startsWith("555");
      assertThat(peer.say("RCPT TO:<postmaster>")).startsWith("503");
      for (int i = 0; i < 5; i++) {
        assertThat(peer.say("HELLO")).startsWith("500");
      }
      assertThat(peer.say("HELLO")).startsWith("500");
      assertThat(peer.reply()).startsWith("421 4.7.0");
      assertThat(peer.reply()).isEmpty();
    }
  }

  @Test
  void readsAMailOnceForAllWhomItWasSentToAndKnowsAnAddressInAnySpelling() throws IOException {
    AtomicInteger read = new AtomicInteger();
    try (ListenerFixture counted =
            new ListenerFixture(
                people,
                ListenerFixture.settings(),
                _ -> {
                  read.incrementAndGet();
                  return Feedback.NONE;
                });
        Peer peer = counted.greeted()) {
      peer.say("MAIL FROM:<>");
      peer.say("RCPT TO:<" + counted.returnPath(1) + ">");
      peer.say("RCPT TO:<" + counted.returnPath(1).toUpperCase(Locale.ROOT) + ">");
      peer.say("RCPT TO:<" + counted.returnPath(2) + ">");
      peer.say("DATA");
      assertThat(peer.say("Subject: x\r\n\r\ny\r\n.")).startsWith("250");

      assertThat(counted.inbox.arrivals()).hasSize(2);
      assertThat(read).hasValue(1);
    }
  }

  @Test
  void takesFiveRecipientsOfOneMail() throws IOException {
    try (Peer peer = fixture.greeted()) {
      peer.say("MAIL FROM:<>");
      for (int i = 1; i <= 5; i++) {
        assertThat(peer.say("RCPT TO:<" + fixture.returnPath(i) + ">")).startsWith("250");
      }
      assertThat(peer.say("RCPT TO:<" + fixture.returnPath(6) + ">")).startsWith("452 4.5.3");
      peer.say("DATA");
      assertThat(peer.say("x\r\n.")).startsWith("250");
    }
    assertThat(fixture.inbox.arrivals().stream().map(Arrival::key).distinct()).hasSize(5);
  }

  @Test
  void takesSoManyConnectionsOfOnePeerAndNoMore() throws IOException {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      peers.add(fixture.greeted());
    }
    try (Peer more = fixture.peer()) {
      assertThat(more.reply()).startsWith("421 4.7.0");
      assertThat(more.reply()).isEmpty();
    }
    for (Peer peer : peers) {
      assertThat(peer.say("QUIT")).startsWith("221");
      assertThat(peer.reply()).isEmpty();
      peer.close();
    }
    try (Peer again = fixture.peer()) {
      assertThat(again.reply()).startsWith("220");
    }
  }

  @Test
  void takesSoManyMailsInAMinuteOfOnePeer() throws IOException {
    fixture.close();
    ListenerSettings usual = ListenerFixture.settings();
    fixture =
        new ListenerFixture(
            people,
            new ListenerSettings(
                usual.address(), usual.name(), usual.mostBytes(), 20, 10, 3, 5, usual.timeout()),
            _ -> Feedback.NONE);
    try (Peer peer = fixture.greeted()) {
      for (int i = 0; i < 3; i++) {
        assertThat(peer.mail(fixture.returnPath(i), "x")).startsWith("250");
      }
      assertThat(peer.say("MAIL FROM:<>")).startsWith("450 4.7.1");
      fixture.nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThat(peer.say("MAIL FROM:<>")).startsWith("250");
    }
  }

  @Test
  void hangsUpOnWhoIsSilentOrDripsBytes() throws IOException {
    fixture.close();
    ListenerSettings usual = ListenerFixture.settings();
    fixture =
        new ListenerFixture(
            people,
            new ListenerSettings(
                new InetSocketAddress(usual.address().getAddress(), 0),
                usual.name(),
                usual.mostBytes(),
                20,
                10,
                10,
                5,
                Duration.ofMillis(200)),
            _ -> Feedback.NONE);
    try (Peer silent = fixture.greeted()) {
      assertThat(silent.reply()).isEmpty();
    }
    try (Peer dripping = fixture.greeted()) {
      dripping.say("MAIL FROM:<>");
      dripping.say("RCPT TO:<" + fixture.returnPath(1) + ">");
      dripping.say("DATA");
      assertThat(dripsUntilCutOff(dripping)).isTrue();
    }
  }

  private static boolean dripsUntilCutOff(Peer peer) {
    try {
      // bounded by the server: a write to a closed connection fails in the end
      for (int i = 0; i < 10_000_000; i++) {
        peer.write("x\r\n");
        Thread.onSpinWait();
      }
      return false;
    } catch (IOException cutOff) {
      return true;
    }
  }
}
