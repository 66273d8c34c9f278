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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPMessage;
import org.eclipse.angus.mail.imap.IMAPStore;

/**
 * Reads what is new in a mailbox, over TLS with a verified name. A mail is removed only when it was
 * taken, so that one is read again if anything breaks in between. Immutable and thread-safe.
 */
final class MailboxReader {
  /** Longer mail is read up to here: a report stands at its begin. */
  static final int MOST_BYTES = 1024 * 1024;

  /** More is read by the next poll. */
  static final int MOST_MAILS = 500;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int FETCH_BYTES = 256 * 1024;

  private final Mailbox mailbox;
  private final Session session;

  MailboxReader(Mailbox mailbox, SSLSocketFactory verifying) {
    this.mailbox = mailbox;
    session = Session.getInstance(properties(mailbox, verifying));
  }

  /**
   * What a poll did.
   *
   * @param hasMore whether mail was left for the next
   */
  record Polled(Progress progress, int taken, boolean hasMore) {}

  /**
   * Reads what is new.
   *
   * @param taker returns when a mail is committed, and else throws
   * @throws MessagingException if the server cannot be reached, or refuses
   */
  Polled read(String password, Progress progress, Consumer<byte[]> taker)
      throws MessagingException, IOException {
    try (Store store = session.getStore()) {
      store.connect(mailbox.host(), mailbox.port(), mailbox.username(), password);
      Folder folder = store.getFolder(mailbox.folder());
      if (!folder.exists()) {
        throw new MessagingException("there is no folder " + mailbox.folder());
      }
      folder.open(mailbox.done() instanceof Done.Keep ? Folder.READ_ONLY : Folder.READ_WRITE);
      try {
        return switch (mailbox.done()) {
          case Done.Keep _ -> keeping((IMAPFolder) folder, progress, taker);
          case Done.Delete _ -> deleting(folder, taker);
          case Done.Move move -> moving(store, (IMAPFolder) folder, move.folder(), taker);
        };
      } finally {
        // what was taken before something broke is removed all the same; POP3 deletes at QUIT
        if (folder.isOpen()) {
          folder.close(true);
        }
      }
    }
  }

  private static Polled keeping(IMAPFolder folder, Progress progress, Consumer<byte[]> taker)
      throws MessagingException, IOException {
    long validity = folder.getUIDValidity();
    long last = validity == progress.uidValidity() ? progress.lastUid() : 0;
    // the server answers with the last mail even if its UID is smaller (RFC 3501 section 6.4.8)
    List<Message> fresh = new ArrayList<>();
    for (Message each : folder.getMessagesByUID(last + 1, UIDFolder.LASTUID)) {
      if (folder.getUID(each) > last) {
        fresh.add(each);
      }
    }
    List<Message> now = fresh.subList(0, Math.min(MOST_MAILS, fresh.size()));
    for (Message each : now) {
      taker.accept(bytes(each));
      last = folder.getUID(each);
    }
    return new Polled(new Progress(validity, last), now.size(), fresh.size() > now.size());
  }

  private static Polled deleting(Folder folder, Consumer<byte[]> taker)
      throws MessagingException, IOException {
    Message[] now = first(folder);
    int before = folder.getMessageCount();
    for (Message each : now) {
      taker.accept(bytes(each));
      each.setFlag(Flags.Flag.DELETED, true);
    }
    return new Polled(Progress.NONE, now.length, before > now.length);
  }

  private static Polled moving(Store store, IMAPFolder from, String to, Consumer<byte[]> taker)
      throws MessagingException, IOException {
    Folder target = store.getFolder(to);
    if (!target.exists() && !target.create(Folder.HOLDS_MESSAGES)) {
      throw new MessagingException("the folder " + to + " cannot be made");
    }
    Message[] now = first(from);
    int before = from.getMessageCount();
    boolean movesAtOnce = ((IMAPStore) store).hasCapability("MOVE"); // RFC 6851
    for (Message each : now) {
      taker.accept(bytes(each));
      if (movesAtOnce) {
        from.moveMessages(new Message[] {each}, target);
      } else {
        from.copyMessages(new Message[] {each}, target);
        each.setFlag(Flags.Flag.DELETED, true);
      }
    }
    return new Polled(Progress.NONE, now.length, before > now.length);
  }

  private static Message[] first(Folder folder) throws MessagingException {
    Message[] messages = folder.getMessages();
    Message[] now =
        Arrays.stream(messages)
            .filter(each -> !each.isExpunged())
            .limit(MOST_MAILS)
            .toArray(Message[]::new);
    FetchProfile profile = new FetchProfile();
    profile.add(FetchProfile.Item.FLAGS);
    profile.add(UIDFolder.FetchProfileItem.UID);
    folder.fetch(now, profile);
    return now;
  }

  private static byte[] bytes(Message message) throws MessagingException, IOException {
    if (message instanceof IMAPMessage imap) {
      imap.setPeek(true); // what people see of it stays as it is
    }
    BoundedOutput out = new BoundedOutput(MOST_BYTES);
    try {
      message.writeTo(out);
    } catch (BoundedOutput.FullException full) {
      return out.toByteArray();
    }
    return out.toByteArray();
  }

  private static Properties properties(Mailbox mailbox, SSLSocketFactory verifying) {
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
    properties.put(prefix + "ssl.socketFactory", verifying);
    return properties;
  }
}
