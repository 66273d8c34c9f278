package io.portolan.sender.mailbox;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A mailbox to be polled. It is for mail that comes back alone: what else is in it is treated
 * alike.
 *
 * @param isImplicitTls whether TLS begins with the first byte; else STARTTLS must be offered
 * @param secretRef where the password is, {@code env:NAME} or {@code file:PATH}
 * @param folder of IMAP; POP3 knows INBOX alone
 * @param interval between two polls
 */
public record Mailbox(
    String name,
    Protocol protocol,
    String host,
    int port,
    boolean isImplicitTls,
    String username,
    String secretRef,
    String folder,
    Done done,
    Duration interval) {
  /** How a mailbox is read. */
  public enum Protocol {
    /** RFC 3501, RFC 9051. */
    IMAP,
    /** RFC 1939. */
    POP3;

    public static Optional<Protocol> of(String id) {
      return Arrays.stream(values())
          .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(id))
          .findFirst();
    }

    /** The port that IANA gives it. */
    public int port(boolean isImplicitTls) {
      return switch (this) {
        case IMAP -> isImplicitTls ? 993 : 143;
        case POP3 -> isImplicitTls ? 995 : 110;
      };
    }
  }

  /** What becomes of a mail that was read. */
  public sealed interface Done {
    /** It is deleted. */
    record Delete() implements Done {}

    /** It stays as it is; which were read is kept in the database. IMAP alone. */
    record Keep() implements Done {}

    /** It goes to another folder, made if missing. IMAP alone. */
    record Move(String folder) implements Done {}
  }

  public Mailbox {
    if (protocol == Protocol.POP3 && !(done instanceof Done.Delete)) {
      throw new IllegalArgumentException("a POP3 mailbox can be read by deleting alone");
    }
  }
}
