package io.portolan.sender.smtp;

import io.portolan.sender.exchange.Transaction;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a path could not be opened or used. Decided by phase, class of the cause and reply code.
 *
 * <p>A kind blocks the path when it is evidence that this port, in this TLS mode, does not get
 * through from here, so that the next path may be taken. The others speak of one server or of this
 * host: the port stays, and at a recipient's mail hosts the lane waits.
 */
public enum FailureKind {
  /** The name has no address. */
  DNS(false),
  /** No answer to the SYN: the usual face of a blocked port. */
  CONNECT_TIMEOUT(true),
  /** RST, or ICMP port unreachable, which a firewall's REJECT sends too. */
  CONNECT_REFUSED(true),
  /**
   * EHOSTUNREACH: ICMP host unreachable, host prohibited or admin prohibited. A firewall that says
   * no, or a host that is gone.
   */
  HOST_UNREACHABLE(true),
  /**
   * ENETUNREACH: no route from here, or ICMP network unreachable or prohibited. Where only IPv6
   * fails so, this host has no IPv6.
   */
  NO_ROUTE(true),
  /** This host's own rules forbid it: EACCES or EPERM. An operator must look. */
  LOCAL_POLICY(true),
  /**
   * This host is out of descriptors or ports, or lacks the source address. Says nothing of the
   * path.
   */
  LOCAL_FAULT(false),
  /** TCP opened and nobody spoke: a tarpit, a TLS port dialled in clear, or a middlebox. */
  NO_BANNER(false),
  /** FIN before the banner. */
  CLOSED_BEFORE_BANNER(false),
  /** RST within an open connection. */
  RESET(false),
  /** What answers is no SMTP server: a captive portal, or a proxy. */
  NOT_SMTP(true),
  /** A firewall rewrites the dialogue and hides STARTTLS. */
  MASKED(true),
  /** EHLO shows no STARTTLS where the path needs it: stripped, or never there. */
  TLS_NOT_OFFERED(true),
  /** 5yz to STARTTLS. */
  TLS_REFUSED(true),
  /** The handshake failed: closed, reset, or an alert. */
  TLS_FAILED(true),
  /** The certificate bears another name or a chain that is not trusted. Nothing secret was sent. */
  TLS_UNTRUSTED(true),
  /**
   * The peer speaks in clear where TLS was due from the first byte; or, as a probe finds out, TLS
   * from the first byte where a banner was due.
   */
  TLS_MODE_MISMATCH(true),
  /** Not one byte came during the handshake. */
  TLS_SILENT(true),
  /** Somebody put plaintext behind the 220 to STARTTLS (RFC 3207, section 6). */
  TLS_INJECTED(true),
  /** The relay offers no login that we speak. */
  AUTH_NOT_OFFERED(false),
  /** The path has no verified TLS, without which a login is never sent. The policy must change. */
  LOGIN_NEEDS_TLS(true),
  /** No answer to EHLO, STARTTLS or AUTH within the deadline. */
  NO_ANSWER(false),
  /** FIN after the banner and before the session was ready. */
  CLOSED(false),
  /** The peer answers with what is no reply, or without end. */
  PROTOCOL(false),
  /** The peer of a better path said no to the session, so that another path took the message. */
  SESSION_REFUSED(false),
  /** An open session fell silent before any message text was due. */
  SESSION_TIMEOUT(false),
  /** An open session was ended by the peer or the network before the end of data. */
  SESSION_LOST(false),
  /**
   * Message text got stuck on its way while commands were answered. Where small messages pass, some
   * hop drops large packets: the port is open, and the path's MTU must be looked at.
   */
  DATA_STALLED(false);

  private final boolean blocksPath;

  FailureKind(boolean blocksPath) {
    this.blocksPath = blocksPath;
  }

  /** The kind of a session's end after which nothing of the message was taken. */
  public static FailureKind of(Transaction.Lost lost) {
    if (!lost.timedOut()) {
      return SESSION_LOST;
    }
    return lost.inText() ? DATA_STALLED : SESSION_TIMEOUT;
  }

  /** Whether the next path may be taken at once. */
  public boolean blocksPath() {
    return blocksPath;
  }

  /**
   * Whether a relay's next path may be taken at once. A relay is there to talk to us and serves all
   * our mail: one that is silent or hangs up is of no use now, whoever makes it so. Only what is
   * not of the path, our DNS and this host, holds the mail.
   */
  public boolean blocksRelayPath() {
    return this != DNS && this != LOCAL_FAULT;
  }

  /** Whether a connection did not come about for a reason outside of this host. */
  boolean isOfTheWay() {
    return switch (this) {
      case CONNECT_TIMEOUT, CONNECT_REFUSED, HOST_UNREACHABLE, NO_ROUTE -> true;
      default -> false;
    };
  }

  /** What the kernel says to it, as far as one code stands for the kind: such as ECONNREFUSED. */
  public Optional<String> errno() {
    return switch (this) {
      case CONNECT_TIMEOUT -> Optional.of("ETIMEDOUT");
      case CONNECT_REFUSED -> Optional.of("ECONNREFUSED");
      case HOST_UNREACHABLE -> Optional.of("EHOSTUNREACH");
      case NO_ROUTE -> Optional.of("ENETUNREACH");
      case LOCAL_POLICY -> Optional.of("EACCES");
      case RESET -> Optional.of("ECONNRESET");
      default -> Optional.empty();
    };
  }

  /** The lower-case name used in tables and reports, such as {@code connect-timeout}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
