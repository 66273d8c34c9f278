package io.portolan.sender.mailbox;

import io.portolan.core.CoreException;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.feedback.Source;
import io.portolan.core.mailbox.MailboxStore;
import io.portolan.core.mailbox.StoredMailbox;
import io.portolan.core.mailbox.StoredMailbox.Progress;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.MailIntake;
import io.portolan.sender.mailbox.MailboxReader.Polled;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls one mailbox, if no other node does at the moment. Not thread-safe; {@link Mailboxes} calls
 * it from one thread.
 */
final class MailboxPoll {
  private static final Logger log = LoggerFactory.getLogger(MailboxPoll.class);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final Mailbox mailbox;
  private final MailboxReader reader;
  private final Parts parts;
  private final Unreadable unreadable;
  private int failures;

  /**
   * What polls work with.
   *
   * @param slots tell nodes which of them polls a mailbox
   */
  record Parts(
      MailIntake intake,
      MailboxStore store,
      ConnectionSlots slots,
      Secrets secrets,
      String node,
      InstantSource clock) {}

  MailboxPoll(Mailbox mailbox, MailSessions sessions, Parts parts) {
    this.mailbox = mailbox;
    this.parts = parts;
    reader = new MailboxReader(mailbox, sessions);
    unreadable = new Unreadable(mailbox.interval(), parts.clock(), this::setAside);
  }

  /** Polls once; failures are told and counted. Returns how long to wait for the next time. */
  Duration poll() {
    Optional<ConnectionSlots.Slot> lease = parts.slots().tryAcquire("mailbox " + mailbox.name(), 1);
    if (lease.isEmpty()) {
      return mailbox.interval(); // another node polls it, or the database is away
    }
    try (ConnectionSlots.Slot slot = lease.get()) {
      Progress progress =
          parts.store().find(mailbox.name()).map(StoredMailbox::progress).orElse(Progress.NONE);
      Polled polled =
          reader.read(
              parts.secrets().resolve(mailbox.secretRef()),
              progress,
              unreadable,
              mail -> take(mail, slot));
      parts
          .store()
          .succeeded(
              mailbox.name(),
              polled.progress(),
              polled.taken(),
              unreadable.words(),
              parts.node(),
              parts.clock().instant());
      if (failures > 0) {
        log.info("The mailbox {} can be read again", mailbox.name());
      }
      failures = 0;
      return polled.hasMore() ? Duration.ZERO : mailbox.interval();
    } catch (AuthenticationFailedException e) {
      return failed("the server refuses the login: " + e.getMessage());
    } catch (MessagingException | SecretException e) {
      return failed(words(e));
    } catch (CoreException e) {
      return failed("what was read could not be committed: " + e.getMessage());
    }
  }

  private void take(byte[] mail, ConnectionSlots.Slot slot) {
    if (!slot.isHeld()) {
      throw new LostLeaseException("another node may poll the mailbox by now");
    }
    try {
      parts.intake().of(mail).take(Optional.empty(), Source.MAILBOX, mailbox.name());
    } catch (DatabaseException e) {
      if (!e.isUnstorableText()) {
        throw e;
      }
      log.warn("A mail in the mailbox {} cannot be stored and is passed over", mailbox.name(), e);
      parts.intake().counts().count(Source.MAILBOX, IntakeCounts.Result.LIMITED);
    }
  }

  private void setAside(String mail, String trouble) {
    log.warn(
        "The mail {} in the mailbox {} ({}) cannot be read or put away: {}. It stays where it is"
            + " and is set aside; the rest goes on.",
        mail,
        mailbox.name(),
        mailbox.folder(),
        trouble);
    parts.intake().counts().count(Source.MAILBOX, IntakeCounts.Result.UNREADABLE);
  }

  /** Tells a failure once, until all is well again. */
  private Duration failed(String trouble) {
    failures++;
    if (failures == 1) {
      log.warn(
          "The mailbox {} ({}) could not be read: {}. It is tried again with growing pauses.",
          mailbox.name(),
          mailbox.host(),
          trouble);
    }
    try {
      failures =
          Math.max(
              failures,
              parts.store().failed(mailbox.name(), trouble, parts.node(), parts.clock().instant()));
    } catch (DatabaseException e) {
      log.debug("the failure of a mailbox could not be recorded", e);
    }
    return pause();
  }

  private Duration pause() {
    Duration pause = mailbox.interval();
    for (int i = 1; i < failures && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    Duration longest =
        mailbox.interval().compareTo(LONGEST_PAUSE) > 0 ? mailbox.interval() : LONGEST_PAUSE;
    return pause.compareTo(longest) > 0 ? longest : pause;
  }

  static String words(Exception failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage() == null ? deepest.toString() : deepest.getMessage());
  }

  /** Says that this node may not go on. */
  static final class LostLeaseException extends CoreException {
    private static final long serialVersionUID = 1L;

    LostLeaseException(String message) {
      super(message);
    }
  }
}
