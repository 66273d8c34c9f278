package io.portolan.sender.mailbox;

import io.portolan.core.database.Database;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.mailbox.MailboxStore;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the configured mailboxes, each on a virtual thread of its own, and each by one node at a
 * time. Thread-safe.
 */
public final class Mailboxes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mailboxes.class);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ConnectionSlots slots;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  private Mailboxes(ConnectionSlots slots) {
    this.slots = slots;
  }

  /**
   * What surrounds the mailboxes.
   *
   * @param deadlines ends sessions that take too long
   * @param node this node's name
   */
  public record Surroundings(
      Database database,
      TlsTrust trust,
      DeadlineWatch deadlines,
      Secrets secrets,
      String node,
      InstantSource clock) {}

  /** Starts to poll. */
  public static Mailboxes start(
      List<Mailbox> mailboxes, MailIntake intake, Surroundings surroundings) {
    Mailboxes polling = new Mailboxes(new ConnectionSlots(surroundings.database()));
    MailboxPoll.Parts parts =
        new MailboxPoll.Parts(
            intake,
            new MailboxStore(surroundings.database()),
            polling.slots,
            surroundings.secrets(),
            surroundings.node(),
            surroundings.clock());
    MailSessions sessions =
        new MailSessions(
            surroundings.trust().verifyingSockets(),
            surroundings.deadlines(),
            MailSessions.LONGEST);
    for (Mailbox mailbox : mailboxes) {
      MailboxPoll poll = new MailboxPoll(mailbox, sessions, parts);
      polling.threads.add(
          Thread.ofVirtual().name("mailbox " + mailbox.name()).start(() -> polling.run(poll)));
    }
    return polling;
  }

  /**
   * Stops polling; a mail that is being taken is taken, and its removal may be left to the next.
   */
  @Override
  public void close() {
    closed.countDown();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    slots.close();
  }

  private void run(MailboxPoll poll) {
    try {
      Duration pause = Duration.ZERO;
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        pause = polled(poll);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration polled(MailboxPoll poll) {
    try {
      return poll.poll();
    } catch (RuntimeException e) {
      log.error("A poll broke; it is tried again", e);
      return Duration.ofMinutes(1);
    }
  }
}
