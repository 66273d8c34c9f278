package io.portolan.sender.mailbox;

import io.portolan.core.mailbox.StoredMailbox.Progress;
import io.portolan.sender.mailbox.Mailbox.Done;
import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.UIDFolder;
import jakarta.mail.search.FlagTerm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;

/**
 * Reads what is new in a mailbox, over TLS with a verified name. A mail is removed only when it was
 * taken, so that one is read again if anything breaks in between. What other clients flagged as
 * deleted is neither read nor expunged. Immutable and thread-safe.
 */
final class MailboxReader {
  /** Longer mail is read up to here: a report stands at its begin. */
  static final int MOST_BYTES = 1024 * 1024;

  /** More is read by the next poll. */
  static final int MOST_MAILS = 500;

  /** Of a mail of POP3, which is held in memory before it is cut. */
  static final int MOST_POP3_BYTES = 32 * 1024 * 1024;

  /** For one read or write; all of a session has its own time. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int FETCH_BYTES = 256 * 1024;

  private final Mailbox mailbox;
  private final MailSessions sessions;

  MailboxReader(Mailbox mailbox, MailSessions sessions) {
    this.mailbox = mailbox;
    this.sessions = sessions;
  }

  /**
   * What a poll did.
   *
   * @param hasMore whether mail was left for the next
   */
  record Polled(Progress progress, int taken, boolean hasMore) {}

  /**
   * Reads what is new. Mails that cannot be read are left behind.
   *
   * @param unreadable remembers them
   * @param taker returns when a mail is committed, and else throws
   * @throws MessagingException if the server cannot be reached, refuses, or takes too long
   */
  Polled read(String password, Progress progress, Unreadable unreadable, Consumer<byte[]> taker)
      throws MessagingException {
    try (MailSession session = sessions.begin()) {
      try {
        return read(session, password, progress, unreadable, taker);
      } catch (MessagingException e) {
        throw session.isOver() ? tooLong(e) : e;
      }
    }
  }

  private MessagingException tooLong(MessagingException broken) {
    MessagingException failure =
        new MessagingException(
            "the session took longer than "
                + sessions.longest().toSeconds()
                + " s and was ended; what was taken by then stays taken");
    failure.addSuppressed(broken);
    return failure;
  }

  private Polled read(
      MailSession session,
      String password,
      Progress progress,
      Unreadable unreadable,
      Consumer<byte[]> taker)
      throws MessagingException {
    try (Store store = Session.getInstance(properties(mailbox, session)).getStore()) {
      store.connect(mailbox.host(), mailbox.port(), mailbox.username(), password);
      Folder folder = store.getFolder(mailbox.folder());
      if (!folder.exists()) {
        throw new MessagingException("there is no folder " + mailbox.folder());
      }
      folder.open(mailbox.done() instanceof Done.Keep ? Folder.READ_ONLY : Folder.READ_WRITE);
      MailboxPass pass = new MailboxPass(folder, unreadable, session, taker);
      return switch (folder) {
        case IMAPFolder imap -> {
          unreadable.folder(imap.getUIDValidity());
          yield switch (mailbox.done()) {
            case Done.Keep _ -> keeping(imap, progress, unreadable, pass);
            case Done.Delete _ -> deleting((IMAPStore) store, imap, pass);
            case Done.Move move -> moving((IMAPStore) store, imap, move.folder(), pass);
          };
        }
        default -> deletingAtQuit(folder, pass);
      };
    }
  }

  private static Polled keeping(
      IMAPFolder folder, Progress progress, Unreadable unreadable, MailboxPass pass)
      throws MessagingException {
    long validity = folder.getUIDValidity();
    long last = validity == progress.uidValidity() ? progress.lastUid() : 0;
    unreadable.retain(stillThere(folder, unreadable.names()));
    // the server answers with the last mail even if its UID is smaller (RFC 3501 section 6.4.8)
    List<Message> fresh = new ArrayList<>();
    for (Message each : folder.getMessagesByUID(last + 1, UIDFolder.LASTUID)) {
      if (folder.getUID(each) > last) {
        fresh.add(each);
      }
    }
    List<Message> due = new ArrayList<>();
    for (Message each : fresh) {
      if (!unreadable.isAhead(folder.getUID(each)) && pass.isDue(each)) {
        due.add(each);
      }
    }
    List<Message> now = first(due);
    for (Message each : now) {
      if (pass.isToEnd()) {
        break;
      }
      long uid = folder.getUID(each);
      if (pass.take(each) != MailboxPass.Outcome.LEFT) {
        pass.putAway(pass.name(each));
        unreadable.ahead(uid);
      }
    }
    pass.finish();
    for (Message each : fresh) {
      long uid = folder.getUID(each);
      if (!unreadable.isAhead(uid) && !unreadable.isSetAside(pass.name(each))) {
        break; // what comes behind it is remembered, and read twice by the next node at worst
      }
      last = uid;
    }
    unreadable.reached(last);
    return new Polled(
        new Progress(validity, last), pass.taken(), pass.isCut() || due.size() > now.size());
  }

  private static Polled deleting(IMAPStore store, IMAPFolder folder, MailboxPass pass)
      throws MessagingException {
    List<Message> due = unflagged(folder, pass);
    List<Message> now = first(due);
    List<Message> taken = new ArrayList<>();
    try {
      for (Message each : now) {
        if (pass.isToEnd()) {
          break;
        }
        String name = pass.name(each);
        if (pass.take(each) != MailboxPass.Outcome.TAKEN) {
          continue;
        }
        try {
          each.setFlag(Flags.Flag.DELETED, true);
          taken.add(each);
          pass.putAway(name);
        } catch (MessagingException e) {
          pass.refused(name, e);
        }
      }
      pass.finish();
    } finally {
      expunge(store, folder, taken); // what was taken before something broke, all the same
    }
    return new Polled(Progress.NONE, pass.taken(), pass.isCut() || due.size() > now.size());
  }

  private static Polled moving(IMAPStore store, IMAPFolder from, String to, MailboxPass pass)
      throws MessagingException {
    Folder target = store.getFolder(to);
    if (!target.exists() && !target.create(Folder.HOLDS_MESSAGES)) {
      throw new MessagingException("the folder " + to + " cannot be made");
    }
    List<Message> due = unflagged(from, pass);
    List<Message> now = first(due);
    boolean movesAtOnce = store.hasCapability("MOVE"); // RFC 6851
    List<Message> copied = new ArrayList<>();
    try {
      for (Message each : now) {
        if (pass.isToEnd()) {
          break;
        }
        String name = pass.name(each);
        if (pass.take(each) != MailboxPass.Outcome.TAKEN) {
          continue;
        }
        try {
          if (movesAtOnce) {
            from.moveMessages(new Message[] {each}, target);
          } else {
            if (!pass.isCopied(name)) {
              from.copyMessages(new Message[] {each}, target);
              pass.copied(name);
            }
            each.setFlag(Flags.Flag.DELETED, true);
            copied.add(each);
          }
          pass.putAway(name);
        } catch (MessagingException e) {
          pass.refused(name, e);
        }
      }
      pass.finish();
    } finally {
      expunge(store, from, copied);
    }
    return new Polled(Progress.NONE, pass.taken(), pass.isCut() || due.size() > now.size());
  }

  /** What was flagged by ourselves goes alone: what other clients flagged is theirs to expunge. */
  private static void expunge(IMAPStore store, IMAPFolder folder, List<Message> ours)
      throws MessagingException {
    if (folder.isOpen() && !ours.isEmpty() && store.hasCapability("UIDPLUS")) { // RFC 4315
      folder.expunge(ours.toArray(Message[]::new));
    }
    if (folder.isOpen()) {
      folder.close(false);
    }
  }

  /** Mails that nobody flagged as deleted, and that are not to be left in peace for now. */
  private static List<Message> unflagged(IMAPFolder folder, MailboxPass pass)
      throws MessagingException {
    return due(folder, folder.search(new FlagTerm(new Flags(Flags.Flag.DELETED), false)), pass);
  }

  private static List<Message> due(Folder folder, Message[] there, MailboxPass pass)
      throws MessagingException {
    FetchProfile profile = new FetchProfile();
    profile.add(UIDFolder.FetchProfileItem.UID);
    folder.fetch(there, profile);
    List<Message> present = new ArrayList<>();
    for (Message each : there) {
      if (!each.isExpunged()) {
        present.add(each);
      }
    }
    return pass.due(present);
  }

  /** Of mails with which something is wrong, those that nobody removed. */
  private static Set<String> stillThere(IMAPFolder folder, Set<String> names)
      throws MessagingException {
    long[] uids = names.stream().mapToLong(MailboxPass::uid).toArray();
    Set<String> there = new HashSet<>();
    for (Message each : folder.getMessagesByUID(uids)) {
      if (each != null) { // as the server lists none by this UID
        there.add(MailboxPass.name(folder.getUID(each)));
      }
    }
    return there;
  }

  private static List<Message> first(List<Message> due) {
    return due.subList(0, Math.min(MOST_MAILS, due.size()));
  }

  private static Polled deletingAtQuit(Folder folder, MailboxPass pass) throws MessagingException {
    List<Message> due = due(folder, folder.getMessages(), pass);
    List<Message> now = first(due);
    try {
      for (Message each : now) {
        if (pass.isToEnd()) {
          break;
        }
        if (pass.take(each) == MailboxPass.Outcome.TAKEN) {
          each.setFlag(Flags.Flag.DELETED, true);
          pass.putAway(pass.name(each));
        }
      }
      pass.finish();
    } finally {
      if (folder.isOpen()) {
        folder.close(true); // of POP3, where nobody else can be in it meanwhile
      }
    }
    return new Polled(Progress.NONE, pass.taken(), pass.isCut() || due.size() > now.size());
  }

  private static Properties properties(Mailbox mailbox, MailSession session) {
    String protocol = mailbox.protocol().name().toLowerCase(Locale.ROOT);
    String prefix = "mail." + protocol + ".";
    String patience = String.valueOf(PATIENCE.toMillis());
    Properties properties = new Properties();
    properties.setProperty("mail.store.protocol", protocol);
    properties.setProperty(prefix + "connectiontimeout", patience);
    properties.setProperty(prefix + "timeout", patience);
    properties.setProperty(prefix + "writetimeout", patience);
    properties.setProperty(prefix + "ssl.checkserveridentity", "true");
    properties.setProperty(prefix + "ssl.enable", String.valueOf(mailbox.isImplicitTls()));
    properties.setProperty(prefix + "starttls.enable", String.valueOf(!mailbox.isImplicitTls()));
    properties.setProperty(prefix + "starttls.required", String.valueOf(!mailbox.isImplicitTls()));
    properties.setProperty(prefix + "fetchsize", String.valueOf(FETCH_BYTES));
    // else a failure here leads to a second connection, without a deadline and our trust
    properties.setProperty(prefix + "socketFactory.fallback", "false");
    properties.setProperty(prefix + "ssl.socketFactory.fallback", "false");
    properties.put(prefix + "socketFactory", session.plain());
    properties.put(prefix + "ssl.socketFactory", session.encrypting());
    return properties;
  }
}
