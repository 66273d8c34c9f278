package io.portolan.sender.mailbox;

import io.portolan.core.CoreException;
import io.portolan.core.database.DatabaseException;
import io.portolan.sender.mailbox.Unreadable.Stage;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.UIDFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.angus.mail.imap.IMAPMessage;
import org.eclipse.angus.mail.pop3.POP3Folder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes once through mails of an open folder. A mail that cannot be read, handled or put away is
 * left behind, for as long as the connection goes on. Not thread-safe.
 */
final class MailboxPass {
  /** If none of so many can be read and handled it is not their fault. */
  static final int MOST_IN_VAIN = 10;

  private static final String OF_IMAP = "UID ";

  private static final Logger log = LoggerFactory.getLogger(MailboxPass.class);

  private final Folder folder;
  private final Unreadable unreadable;
  private final Consumer<byte[]> taker;
  private final Map<String, String> inVain = new LinkedHashMap<>();
  private final Set<String> copied = new HashSet<>();
  private final MailSession session;
  private int taken;
  private boolean isCut;

  MailboxPass(Folder folder, Unreadable unreadable, MailSession session, Consumer<byte[]> taker) {
    this.folder = folder;
    this.unreadable = unreadable;
    this.session = session;
    this.taker = taker;
  }

  /** What becomes of a mail. */
  enum Outcome {
    TAKEN,
    /** Another client removed it meanwhile. */
    GONE,
    /** It is tried again later. */
    LEFT
  }

  /** How many mails were taken. */
  int taken() {
    return taken;
  }

  /** Whether to leave the rest to the next pass, so that what was taken is put away in time. */
  boolean isToEnd() {
    isCut = isCut || (taken > 0 && session.isLate());
    return isCut;
  }

  /** Whether the rest was left. */
  boolean isCut() {
    return isCut;
  }

  boolean isDue(Message mail) throws MessagingException {
    return unreadable.isDue(name(mail));
  }

  /**
   * Which mails are to be tried now.
   *
   * @param present all that are to be read; what is remembered of others is forgotten
   */
  List<Message> due(List<Message> present) throws MessagingException {
    Set<String> names = new HashSet<>();
    List<Message> due = new ArrayList<>();
    for (Message each : present) {
      names.add(name(each));
      if (isDue(each)) {
        due.add(each);
      }
    }
    unreadable.retain(names);
    return due;
  }

  /**
   * Reads a mail and gives it to the taker, unless that was done before.
   *
   * @throws MessagingException if the connection broke
   */
  Outcome take(Message mail) throws MessagingException {
    String name = name(mail);
    if (unreadable.stage(name) != Stage.UNREAD) {
      return Outcome.TAKEN;
    }
    byte[] text;
    try {
      text = bytes(mail);
    } catch (MessagingException | IOException e) {
      if (mail instanceof IMAPMessage && mail.isExpunged()) {
        unreadable.settled(name);
        return Outcome.GONE;
      }
      if (!folder.isOpen()) {
        log.debug("the connection to the mailbox broke", e);
        // it may be its doing
        unreadable.failed(name, "the connection breaks while it is read", Stage.UNREAD);
        throw new MessagingException("the connection broke while " + name + " was read");
      }
      inVain.put(name, MailboxPoll.words(e));
      return Outcome.LEFT;
    }
    if (!hand(name, text)) {
      return Outcome.LEFT;
    }
    // not before: what nothing gets through by is no fault of the mails
    unreadable.read();
    return Outcome.TAKEN;
  }

  /** Whether a mail was copied, by this pass or an earlier one, and is still here. */
  boolean isCopied(String name) {
    return copied.contains(name) || unreadable.stage(name) == Stage.COPIED;
  }

  void copied(String name) {
    copied.add(name);
  }

  /** Nothing is left to do with a mail that was taken. */
  void putAway(String name) {
    unreadable.settled(name);
  }

  /**
   * A mail was taken, and the server refuses to put it away, which alone is tried again later.
   *
   * @throws MessagingException if the connection broke
   */
  void refused(String name, MessagingException why) throws MessagingException {
    // at once: what was done must not be done again, however this pass ends
    unreadable.failed(
        name,
        "it was read, and cannot be put away: " + MailboxPoll.words(why),
        isCopied(name) ? Stage.COPIED : Stage.TAKEN);
    if (!folder.isOpen()) {
      throw why;
    }
  }

  /** Whether the taker took it. */
  private boolean hand(String name, byte[] text) {
    try {
      taker.accept(text);
    } catch (CoreException e) {
      if (isOutage(e)) {
        throw e; // no mail could be committed, so that this one is not to blame
      }
      log.debug("the mail {} could not be handled", name, e);
      inVain.put(name, MailboxPoll.words(e));
      return false;
    } catch (RuntimeException e) {
      unreadable.failed(name, String.valueOf(e.getMessage()), Stage.UNREAD);
      throw e;
    }
    taken++;
    return true;
  }

  /** Whether nothing can be committed for now, or not by this node. */
  private static boolean isOutage(CoreException failure) {
    return switch (failure) {
      case DatabaseException database -> database.mayPass();
      case MailboxPoll.LostLeaseException _ -> true;
      default -> false;
    };
  }

  /**
   * Counts what could not be read or handled.
   *
   * @throws MessagingException if nothing could be, and it was much
   */
  void finish() throws MessagingException {
    // behind them may be mails that can be read
    inVain.forEach((name, words) -> unreadable.failed(name, words, Stage.UNREAD));
    if (taken == 0 && inVain.size() >= MOST_IN_VAIN) {
      throw new MessagingException(
          "none of "
              + inVain.size()
              + " mails could be read: "
              + inVain.values().iterator().next());
    }
  }

  /** What a mail is called by: its UID (RFC 3501 section 2.3.1.1) or UIDL (RFC 1939 section 7). */
  String name(Message mail) throws MessagingException {
    if (folder instanceof UIDFolder imap) {
      return name(imap.getUID(mail));
    }
    String uidl = folder instanceof POP3Folder pop3 ? pop3.getUID(mail) : null;
    return uidl == null ? "number " + mail.getMessageNumber() : "UIDL " + uidl;
  }

  /** What a mail of IMAP is called by. */
  static String name(long uid) {
    return OF_IMAP + uid;
  }

  /** The UID in the name of a mail of IMAP. */
  static long uid(String name) {
    return Long.parseLong(name.substring(OF_IMAP.length()));
  }

  private static byte[] bytes(Message mail) throws MessagingException, IOException {
    if (mail instanceof IMAPMessage imap) {
      imap.setPeek(true); // what people see of it stays as it is
    } else if (mail.getSize() > MailboxReader.MOST_POP3_BYTES) { // held in memory before it is cut
      throw new MessagingException("it has " + mail.getSize() + " bytes, too many for POP3");
    }
    BoundedOutput out = new BoundedOutput(MailboxReader.MOST_BYTES);
    try {
      mail.writeTo(out);
    } catch (BoundedOutput.FullException full) {
      return out.toByteArray();
    }
    byte[] text = out.toByteArray();
    if (text.length == 0) { // which is how Angus tells a NO to FETCH
      throw new MessagingException("the server gives no text of it");
    }
    return text;
  }
}
