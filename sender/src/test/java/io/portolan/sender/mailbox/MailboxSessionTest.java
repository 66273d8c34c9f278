package io.portolan.sender.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Mailboxes behind STARTTLS, and on servers that number their mail anew. */
class MailboxSessionTest extends BrokenMailboxFixture {
  @Test
  void encryptsByStarttlsAndLogsInBehindItAlone() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      deliver("by " + protocol);
      MailboxPoll poll = poll(protocol, new Done.Delete(), false, inbox);
      broken()
          .rewriting(
              line ->
                  line.startsWith("* CAPABILITY")
                      ? line.replace(" UIDPLUS", " UIDPLUS STARTTLS")
                      : line.equals("UIDL\r\n") ? "UIDL\r\nSTLS\r\n" : line);

      poll.poll();

      assertThat(stored().trouble()).isEmpty();
      List<String> said = broken().commands();
      int at = Math.max(said.indexOf("STARTTLS"), said.indexOf("STLS"));
      assertThat(at).isNotNegative();
      assertThat(said.subList(0, at)).noneMatch(MailboxSessionTest::isLogin);
      assertThat(said.subList(at, said.size())).anyMatch(MailboxSessionTest::isLogin);
      broken().close();
    }
    assertThat(handled()).isEqualTo(2);
  }

  @Test
  void sendsNoPasswordWhereStarttlsIsNotOffered() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      MailboxPoll poll = poll(protocol, new Done.Delete(), false, inbox);
      poll.poll();
      assertThat(stored().trouble()).isNotEmpty();
      assertThat(broken().commands()).noneMatch(MailboxSessionTest::isLogin);
      broken().close();
    }
  }

  private static boolean isLogin(String command) {
    return Stream.of("LOGIN ", "AUTHENTICATE ", "USER ", "PASS ").anyMatch(command::startsWith);
  }

  @Test
  void handlesEachMailOnceAlthoughTheServerNumbersThemAnew() throws Exception {
    List.of("one", "two", "three").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Keep());
    poll.poll();
    long validity = stored().progress().uidValidity();
    broken().rewriting(line -> line.replace("UIDVALIDITY " + validity, "UIDVALIDITY 4711"));
    deliver("four");

    poll.poll();
    poll.poll();

    assertThat(stored().progress().uidValidity()).isEqualTo(4711);
    assertThat(handled()).isEqualTo(4);
    assertThat(inbox.arrivals()).hasSize(7); // the inbox knows the first three by their keys
  }
}
