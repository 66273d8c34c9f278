package io.portolan.sender.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.exchange.Dialogue.Commands;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.wire.DeadlineWatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** RFC 5321 section 4.5.2: what a server unstuffs is what was sent, whatever the message. */
class DotStuffingTest {
  private static final String GROUP = "MAIL\r\nRCPT\r\nDATA\r\n";
  private static final DeadlineWatch watch = new DeadlineWatch();

  @AfterContainer
  static void close() {
    watch.close();
  }

  @Property(tries = 2_000)
  void whatIsSentIsWhatIsUnstuffed(@ForAll("messages") String message) {
    String expected = message.endsWith("\r\n") ? message : message + "\r\n";
    assertThat(unstuffed(sent(message))).isEqualTo(expected);
  }

  /** As above where the message leaves in many writes, with dots at the edges of the buffer. */
  @Property(tries = 200)
  void theEdgesOfTheBufferAreNoException(
      @ForAll("messages") String message, @ForAll("paddings") int padding) {
    whatIsSentIsWhatIsUnstuffed("x".repeat(padding) + "\r\n" + message);
  }

  @Example
  void theEmptyMessageIsOneEmptyLine() {
    assertThat(sent("")).isEqualTo("\r\n.\r\n");
    assertThat(sent("\r\n")).isEqualTo("\r\n.\r\n");
    assertThat(sent(".")).isEqualTo("..\r\n.\r\n");
    assertThat(sent(".\r\n")).isEqualTo("..\r\n.\r\n");
    assertThat(sent("a\r\n.\r\n..\r\n")).isEqualTo("a\r\n..\r\n...\r\n.\r\n");
  }

  /** Of whole lines that were read apart, as those are that messages share. */
  @Property(tries = 500)
  void piecesAreSentAsTheWhole(
      @ForAll("messages") String message, @ForAll("paddings") int padding, @ForAll long cuts) {
    String text = "x".repeat(padding) + "\r\n" + message;

    assertThat(sent(Content.of(Lines.of(new byte[0]), pieces(text, cuts)))).isEqualTo(sent(text));
  }

  /** Cuts behind line ends, at each of which a bit says whether. */
  private static List<Lines> pieces(String text, long cuts) {
    List<Lines> pieces = new ArrayList<>();
    int start = 0;
    int end = text.indexOf("\r\n");
    for (int line = 0; end >= 0; line++) {
      if ((cuts >> line & 1) != 0) {
        pieces.add(Lines.of(text.substring(start, end + 2).getBytes(StandardCharsets.UTF_8)));
        start = end + 2;
      }
      end = text.indexOf("\r\n", end + 2);
    }
    pieces.add(Lines.of(text.substring(start).getBytes(StandardCharsets.UTF_8)));
    return pieces;
  }

  @Example
  void everyLineMayStartWithADot() {
    String text = ".\r\n..x\r\n".repeat(20_000);

    assertThat(unstuffed(sent(text))).isEqualTo(text);
  }

  @Example
  void aLargePieceLeavesStraightAndInBlocks() {
    String line = "x".repeat(100) + "\r\n";
    String text = line + ".first\r\n" + line.repeat(1_500) + ".last\r\n" + line.repeat(1_500);
    ScriptedPeer peer = taking();

    assertThat(unstuffed(sent(peer, SmtpScene.content(text)))).isEqualTo(text);
    assertThat(peer.writes()).as("the group, 310 KB and the end").hasSizeBetween(6, 25);
    assertThat(peer.writes()).allMatch(octets -> octets <= 128 * 1024);
  }

  @Provide
  Arbitrary<String> messages() {
    return Arbitraries.of("\r\n", ".", "a", "..", "\r\n.\r\n", "é")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  /** So that what is behind them stands at an edge of the buffer, or of a block behind it. */
  @Provide
  Arbitrary<Integer> paddings() {
    int buffer = 16 * 1024;
    int block = 128 * 1024;
    return Arbitraries.of(0, buffer, 2 * buffer, block, block + buffer, 2 * block)
        .flatMap(edge -> Arbitraries.integers().between(Math.max(0, edge - 60), edge + 10));
  }

  private static String sent(String message) {
    return sent(SmtpScene.content(message));
  }

  private static String sent(Content content) {
    return sent(taking(), content);
  }

  private static ScriptedPeer taking() {
    return new ScriptedPeer("250 mail", "250 rcpt", "354 go", "250 taken");
  }

  /** What goes over the line between the 354 and its answer. */
  private static String sent(ScriptedPeer peer, Content content) {
    Transaction transaction =
        peer.dialogue(watch, true).run(new Commands("MAIL\r\n", "RCPT\r\n"), content, null);
    assertThat(transaction)
        .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    assertThat(peer.written()).startsWith(GROUP);
    return peer.written().substring(GROUP.length());
  }

  /** What a server makes of it: reads lines to the lone dot and takes a leading dot off. */
  private static String unstuffed(String data) {
    StringBuilder message = new StringBuilder();
    int start = 0;
    while (true) {
      int end = data.indexOf("\r\n", start);
      assertThat(end).as("the end of data").isGreaterThanOrEqualTo(0);
      String line = data.substring(start, end);
      start = end + 2;
      if (line.equals(".")) {
        assertThat(start).as("nothing follows the end of data").isEqualTo(data.length());
        return message.toString();
      }
      message.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
    }
  }
}
