package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.smtp.Transaction.Replied;
import java.nio.charset.StandardCharsets;
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

  @Provide
  Arbitrary<String> messages() {
    return Arbitraries.of("\r\n", ".", "a", "..", "\r\n.\r\n", "é")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<Integer> paddings() {
    int buffer = 16 * 1024;
    return Arbitraries.integers().between(buffer - 60, buffer + 10);
  }

  /** What goes over the line between the 354 and its answer. */
  private static String sent(String message) {
    ScriptedPeer peer = new ScriptedPeer("250 mail", "250 rcpt", "354 go", "250 taken");
    Transaction transaction =
        peer.exchange(watch, true)
            .run(
                new Exchange.Commands("MAIL\r\n", "RCPT\r\n"),
                message.getBytes(StandardCharsets.UTF_8),
                null);
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
