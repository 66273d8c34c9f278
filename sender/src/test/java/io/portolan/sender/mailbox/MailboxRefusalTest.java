package io.portolan.sender.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.store.MailFolder;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import jakarta.mail.Flags;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Mail that was read and cannot be put away, mail that others remove, and mail in great number. */
class MailboxRefusalTest extends BrokenMailboxFixture {
  private static final Done MOVE = new Done.Move("Portolan");

  /** Refuses commands that match, of those that no uniform answer is for. */
  private void refuse(String pattern) {
    broken()
        .answering(
            command ->
                command.matches(pattern) ? "NO [CANNOT] not in this folder" : BreakingServer.ASK);
  }

  private long said(String pattern) {
    return broken().commands().stream().filter(command -> command.matches(pattern)).count();
  }

  private MailFolder moved() throws Exception {
    return server.getManagers().getImapHostManager().getFolder(user, "Portolan");
  }

  /** Goes on until whatever is paused is due, three times. */
  private void pollLater(MailboxPoll poll) {
    for (int i = 1; i <= 3; i++) {
      now = now.plus(INTERVAL.multipliedBy(1L << (i + 1)));
      poll.poll();
    }
  }

  @Test
  void copiesAMailOnceWhoseRemovalIsRefused() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, MOVE);
    broken().rewriting(line -> line.replace(" MOVE", ""));
    refuse("STORE 1 .*");

    poll.poll();
    assertThat(stored().trouble())
        .contains("1 mail could not be read or put away", "UID ", "not in this folder");
    assertThat(stored().failures()).isZero();
    pollLater(poll);

    assertThat(said("STORE 1 .*")).as("tried again").isGreaterThan(2);
    assertThat(moved().getMessageCount()).isEqualTo(2);
    assertThat(inbox.arrivals()).as("each read once").hasSize(2);

    broken().answering(_ -> BreakingServer.ASK);
    now = now.plus(INTERVAL.multipliedBy(64));
    poll.poll();

    assertThat(folder().getMessageCount()).isZero();
    assertThat(moved().getMessageCount()).isEqualTo(2);
    assertThat(stored().trouble()).isEmpty();
    assertThat(stored().taken()).isEqualTo(2);
  }

  @Test
  void copiesAMailOnceAtWhoseRemovalTheConnectionBreaks() throws Exception {
    deliver("one");
    MailboxPoll poll = poll(Protocol.IMAP, MOVE);
    broken().rewriting(line -> line.replace(" MOVE", ""));
    broken()
        .answering(
            command -> command.startsWith("STORE ") ? BreakingServer.HANG_UP : BreakingServer.ASK);
    poll.poll();
    assertThat(stored().failures()).isEqualTo(1);

    broken().answering(_ -> BreakingServer.ASK);
    pollLater(poll);

    assertThat(moved().getMessageCount()).isEqualTo(1);
    assertThat(folder().getMessageCount()).isZero();
    assertThat(inbox.arrivals()).hasSize(1);
  }

  @Test
  void triesAMoveAgainThatIsRefusedWithoutReadingTheMailTwice() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, MOVE);
    refuse("MOVE 1 .*");
    poll.poll();
    assertThat(moved().getMessageCount()).isEqualTo(1);
    pollLater(poll);
    assertThat(stored().trouble()).contains("it was read, and cannot be put away");
    assertThat(inbox.arrivals()).hasSize(2);

    broken().answering(_ -> BreakingServer.ASK);
    now = now.plus(INTERVAL.multipliedBy(64));
    poll.poll();

    assertThat(moved().getMessageCount()).isEqualTo(2);
    assertThat(folder().getMessageCount()).isZero();
    assertThat(stored().trouble()).isEmpty();
  }

  @Test
  void triesADeletionAgainThatIsRefusedWithoutReadingTheMailTwice() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Delete());
    refuse("STORE 1 .*");
    poll.poll();
    assertThat(folder().getMessageCount()).as("the other is gone").isEqualTo(1);
    pollLater(poll);
    assertThat(inbox.arrivals()).hasSize(2);

    broken().answering(_ -> BreakingServer.ASK);
    now = now.plus(INTERVAL.multipliedBy(64));
    poll.poll();

    assertThat(folder().getMessageCount()).isZero();
    assertThat(stored().trouble()).isEmpty();
  }

  @Test
  void forgetsTheTroubleWithAMailThatSomebodyRemoved() throws Exception {
    for (Done done : List.of(new Done.Keep(), new Done.Delete(), MOVE)) {
      folder().deleteAllMessages();
      List.of("broken " + done, "two " + done).forEach(this::delivered);
      MailboxPoll poll = poll(Protocol.IMAP, done);
      refuse("FETCH 1 \\(BODY.*");
      poll.poll();
      assertThat(stored().trouble()).contains("1 mail could not be read");

      if (done instanceof Done.Delete) {
        // a person's client marks it, and expunges later
        folder().getMessages().getFirst().setFlag(Flags.Flag.DELETED, true);
      } else {
        folder().deleteAllMessages();
      }
      poll.poll();

      assertThat(stored().trouble()).as("%s", done).isEmpty();
      broken().close();
    }
  }

  @Test
  void goesOnBehindAMailThatCannotBeHandled() throws Exception {
    List.of("one", "two", "three").forEach(this::delivered);
    AtomicReference<String> poison = new AtomicReference<>("");
    FeedbackInbox refusing =
        arrival -> {
          if (poison.compareAndSet("", arrival.key()) || arrival.key().equals(poison.get())) {
            throw new DatabaseException(
                "The feedback was refused", new SQLException("value out of range", "22003"));
          }
          return inbox.take(arrival);
        };
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Delete(), true, refusing);

    assertThat(poll.poll()).isEqualTo(INTERVAL);

    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(stored().failures()).isZero();
    assertThat(stored().trouble()).contains("1 mail could not be read", "value out of range");
    assertThat(folder().getMessageCount()).isEqualTo(1);
  }

  @Test
  void blamesNoMailWhileTheDatabaseIsAway() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Delete());
    inbox.away(true);
    for (int i = 0; i <= Unreadable.MOST_TRIES; i++) {
      poll.poll();
    }
    assertThat(stored().trouble()).contains("could not be committed");
    assertThat(unreadable()).isZero();

    inbox.away(false);
    poll.poll();

    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(stored().trouble()).isEmpty();
  }

  @Test
  void setsNothingAsideWhileNoMailCanBeHandled() throws Exception {
    List.of("one", "two").forEach(this::delivered);
    AtomicBoolean refuses = new AtomicBoolean(true);
    FeedbackInbox refusing =
        arrival -> {
          if (refuses.get()) {
            throw new DatabaseException("refused", new SQLException("no such column", "42703"));
          }
          return inbox.take(arrival);
        };
    MailboxPoll poll = poll(Protocol.IMAP, new Done.Keep(), true, refusing);
    for (int i = 0; i < 12; i++) {
      poll.poll();
      now = now.plus(INTERVAL.multipliedBy(256));
    }
    assertThat(inbox.arrivals()).isEmpty();

    refuses.set(false);
    deliver("three");
    poll.poll();
    now = now.plus(INTERVAL.multipliedBy(256));
    poll.poll();

    assertThat(inbox.arrivals()).hasSize(3);
  }

  @Test
  void readsTheMailBehindMoreThanOnePollTakesThatCannotBeRead() throws Exception {
    int broken = MailboxReader.MOST_MAILS + 5;
    IntStream.rangeClosed(1, broken + 1).forEach(number -> delivered("mail " + number));
    for (Done done : List.of(new Done.Keep(), new Done.Delete())) {
      MailboxPoll poll = poll(Protocol.IMAP, done);
      broken()
          .answering(
              command ->
                  command.matches("FETCH \\d+ \\(BODY.*")
                          && !command.startsWith("FETCH " + (broken + 1) + " ")
                      ? "NO [SERVERBUG] this one is broken"
                      : BreakingServer.ASK);

      poll.poll();
      assertThat(stored().trouble()).contains("none of 500 mails could be read");
      poll.poll();

      assertThat(stored().failures()).isZero();
      assertThat(stored().trouble()).contains("505 mails could not be read");
      broken().close();
    }
    assertThat(inbox.arrivals()).as("once by each").hasSize(2);
    assertThat(folder().getMessageCount()).isEqualTo(broken);
  }
}
