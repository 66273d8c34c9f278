package io.portolan.sender.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A mail that cannot be read, and other clients' mail. */
class BrokenMailboxTest extends BrokenMailboxFixture {
  private long fetchesOfTheSecond() {
    return broken().commands().stream().filter(BrokenMailboxTest::isFetchOfTheSecond).count();
  }

  private static boolean isFetchOfTheSecond(String command) {
    return command.matches("FETCH 2 \\(BODY.*|RETR 2");
  }

  /** The second mail is refused, or hung up at. */
  private void breakTheSecond(String answer) {
    broken().answering(command -> isFetchOfTheSecond(command) ? answer : BreakingServer.ASK);
  }

  /** Far fewer polls than there would be, which take a second each. */
  private void hours(int hours, MailboxPoll poll) {
    for (int i = 0; i < 5 * hours; i++) {
      now = now.plus(INTERVAL.multipliedBy(12));
      poll.poll();
    }
  }

  @Test
  void goesOnBehindAMailThatTheServerDoesNotGive() throws Exception {
    for (Done done : List.of(new Done.Keep(), new Done.Delete(), new Done.Move("Portolan"))) {
      folder().deleteAllMessages();
      List.of("one", "two " + done, "three").forEach(this::delivered);
      MailboxPoll poll = poll(Protocol.IMAP, done);
      broken()
          .answering(
              command ->
                  command.matches("FETCH \\d+ \\(BODY.*") && isAbout(command, "two " + done)
                      ? "NO [SERVERBUG] this one is broken"
                      : BreakingServer.ASK);
      long before = inbox.arrivals().size();

      assertThat(poll.poll()).isEqualTo(INTERVAL);

      assertThat(inbox.arrivals()).hasSize((int) before + 2);
      assertThat(stored().failures()).isZero();
      assertThat(stored().trouble()).contains("1 mail could not be read", "UID ", "no text");
      assertThat(folder().getMessageCount()).isEqualTo(done instanceof Done.Keep ? 3 : 1);
      broken().close();
    }
  }

  @Test
  void setsAMailAsideThatIsNeverGivenAndTriesItNoMoreEachMinute() throws Exception {
    List.of("one", "two", "three").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Keep());
    breakTheSecond("NO [SERVERBUG] this one is broken");

    poll.poll();
    assertThat(unreadable()).isZero();
    assertThat(stored().progress().lastUid()).isEqualTo(folder().getMessages().get(0).getUid());
    hours(3, poll);

    assertThat(unreadable()).isEqualTo(1);
    assertThat(fetchesOfTheSecond()).isEqualTo(Unreadable.MOST_TRIES);
    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(stored().progress().lastUid()).isEqualTo(folder().getMessages().get(2).getUid());
    assertThat(stored().taken()).isEqualTo(2);
  }

  @Test
  void readsAMailLaterThatWasRefusedForAWhile() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      for (String subject : List.of("one", "two", "three")) {
        deliver(subject + " by " + protocol);
      }
      long before = handled();
      MailboxPoll poll = poll(protocol, new Done.Delete());
      breakTheSecond(protocol == Protocol.IMAP ? "NO [INUSE] later" : "-ERR [IN-USE] later");
      poll.poll();
      assertThat(handled()).isEqualTo(before + 2);
      assertThat(folder().getMessageCount()).isEqualTo(1);

      broken().answering(_ -> BreakingServer.ASK);
      hours(1, poll);

      assertThat(handled()).isEqualTo(before + 3);
      assertThat(folder().getMessageCount()).isZero();
      assertThat(stored().trouble()).isEmpty();
      assertThat(unreadable()).isZero();
      broken().close();
    }
  }

  @Test
  void passesAMailByAtWhichTheConnectionAlwaysBreaks() throws Exception {
    List.of("one", "two", "three").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Move("Portolan"));
    broken()
        .answering(
            command ->
                command.matches("FETCH \\d+ \\(BODY.*") && isAbout(command, "two")
                    ? BreakingServer.HANG_UP
                    : BreakingServer.ASK);

    poll.poll();
    assertThat(stored().failures()).isEqualTo(1);
    assertThat(handled()).isEqualTo(1);
    hours(1, poll);

    assertThat(handled()).isEqualTo(2);
    assertThat(stored().trouble()).contains("UID 2");
    assertThat(folder().getMessageCount()).isEqualTo(1);
  }

  /** Whether a FETCH by number is for a mail of this subject. */
  private boolean isAbout(String command, String subject) {
    int number = Integer.parseInt(command.replaceAll("FETCH (\\d+) .*", "$1"));
    try {
      return folder().getMessages().get(number - 1).getMimeMessage().getSubject().equals(subject);
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void blamesTheServerWhereNothingCanBeRead() throws Exception {
    for (int i = 0; i < MailboxPass.MOST_IN_VAIN; i++) {
      deliver("mail " + i);
    }
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Keep());
    broken()
        .answering(
            command ->
                command.matches("FETCH \\d+ \\(BODY.*")
                    ? "NO [UNAVAILABLE] disk"
                    : BreakingServer.ASK);
    hours(3, poll);
    assertThat(stored().trouble()).contains("none of 10 mails could be read");
    assertThat(stored().failures()).isPositive();
    assertThat(unreadable()).isZero();

    broken().answering(_ -> BreakingServer.ASK);
    hours(6, poll);

    assertThat(handled()).isEqualTo(MailboxPass.MOST_IN_VAIN);
    assertThat(stored().trouble()).isEmpty();
  }

  @Test
  void setsAMailAsideAtWhichItsReaderBreaks() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    AtomicReference<String> poison = new AtomicReference<>("");
    FeedbackInbox breaking =
        arrival -> {
          if (poison.compareAndSet("", arrival.key()) || arrival.key().equals(poison.get())) {
            throw new IllegalStateException("a fault of ours");
          }
          return inbox.take(arrival);
        };
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Delete(), true, breaking);

    assertThatThrownBy(poll::poll).hasMessageContaining("a fault of ours");
    assertThat(poll.poll()).isEqualTo(INTERVAL); // the first is not due, the second is read

    assertThat(inbox.arrivals()).hasSize(1);
    assertThat(stored().trouble()).contains("1 mail could not be read", "a fault of ours");
    assertThat(folder().getMessageCount()).isEqualTo(1);
  }

  @Test
  void leavesWhatOthersDeletedToThem() throws Exception {
    for (Done done : List.of(new Done.Delete(), new Done.Move("Portolan"))) {
      folder().deleteAllMessages();
      deliver("a person's, who may want it back");
      folder().getMessages().getFirst().setFlag(Flags.Flag.DELETED, true);
      deliver("ours");
      MailboxPoll poll = poll(Protocol.IMAP, done);
      broken().rewriting(line -> line.replace(" MOVE", ""));

      poll.poll();

      assertThat(folder().getMessageCount()).isEqualTo(1);
      assertThat(folder().getMessages().getFirst().getFlags().contains(Flags.Flag.DELETED))
          .isTrue();
      assertThat(broken().commands())
          .anyMatch(command -> command.startsWith("UID EXPUNGE "))
          .noneMatch(command -> command.equals("EXPUNGE"));
      broken().close();
    }
    assertThat(handled()).isEqualTo(1); // both times the same text
    assertThat(inbox.arrivals()).hasSize(2);
  }

  @Test
  void leavesItsOwnFlaggedWhereTheServerCanExpungeAllAlone() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Delete());
    broken().rewriting(line -> line.replace(" UIDPLUS", ""));

    poll.poll();
    poll.poll();

    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(folder().getMessages())
        .hasSize(2)
        .allMatch(each -> each.getFlags().contains(Flags.Flag.DELETED));
    assertThat(broken().commands())
        .noneMatch(command -> command.contains("EXPUNGE"))
        .containsSubsequence(
            "EXAMINE INBOX", "CLOSE"); // a folder opened to write expunges at CLOSE
  }
}
