package io.portolan.sender.exchange;

import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;

/** What came of offering one message on an open session. */
public sealed interface Transaction {
  /** The reply that announces the end of a session. */
  int CLOSING = 421;

  /**
   * Whether the session had ended before anything of this message was taken: the peer had closed
   * it, or says so instead of taking MAIL. On a session that was used before, that is how one ends
   * while nobody looks.
   */
  default boolean isLapsed() {
    return switch (this) {
      case Replied replied -> replied.phase() == Phase.MAIL && replied.reply().code() == CLOSING;
      case Lost lost -> lost.phase() == Phase.MAIL && !lost.timedOut();
      case NotPossible _ -> false;
    };
  }

  /**
   * The peer decided: 2yz at DOT took the message; 4yz or 5yz at MAIL, RCPT, DATA or DOT did not.
   *
   * @param took from MAIL to the deciding reply
   */
  record Replied(Phase phase, SmtpReply reply, Duration took) implements Transaction {
    public boolean accepted() {
      return phase == Phase.DOT && reply.isPositive();
    }
  }

  /**
   * The connection ended without a deciding reply. Before DOT nothing was taken; at DOT, that is
   * once any byte of the end of data may have left, the peer may have taken the message or not.
   *
   * @param detail for people; never used to decide
   * @param timedOut whether a deadline passed, rather than the peer ending the connection
   * @param inText whether the peer had let the message's text begin
   */
  record Lost(Phase phase, String detail, boolean timedOut, boolean inText, Duration took)
      implements Transaction {
    /** Whether the peer may hold the message: never another path then. */
    public boolean unknown() {
      return phase == Phase.DOT;
    }
  }

  /** This peer cannot take this message; nothing was offered and the session is as before. */
  record NotPossible(Obstacle obstacle, String reason) implements Transaction {}

  /** What stands between a message and a peer, known before offering it. */
  enum Obstacle {
    /** More octets than the peer's SIZE (RFC 1870). */
    TOO_LARGE,
    /** 8-bit content, and no 8BITMIME (RFC 6152). */
    NEEDS_8BITMIME,
    /** An international address or header, and no SMTPUTF8 (RFC 6531). */
    NEEDS_SMTPUTF8,
    /** A bare CR or LF: some peers take it for a line end, and so for the end of the message. */
    BARE_LINE_BREAK
  }
}
