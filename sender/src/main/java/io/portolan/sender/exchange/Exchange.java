package io.portolan.sender.exchange;

import io.portolan.core.policy.Timeouts;
import io.portolan.core.reply.Phase;
import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.exchange.Dialogue.Commands;
import io.portolan.sender.exchange.Transaction.NotPossible;
import io.portolan.sender.exchange.Transaction.Obstacle;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.wire.Wire;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Offers messages to one peer, one after another, over a connection that is open for them: says
 * what must be asked of the peer for a message and whether it can be, and asks once more without
 * what a peer offers and breaks. Used by one thread at a time, but for what is said to be for any.
 */
public final class Exchange {
  /** Unknown command or line too long, bad argument, parameter not implemented, not recognized. */
  private static final Set<Integer> OF_SYNTAX = Set.of(500, 501, 504, 555);

  /** RFC 3463 section 3.6: X.5.z is of the protocol; X.0.z says nothing. */
  private static final int PROTOCOL = 5;

  private final Dialogue dialogue;
  private final Capabilities peer;
  private final Set<Extension> broken = EnumSet.noneOf(Extension.class);
  private boolean reports;
  private GroupEnd groupEnd = GroupEnd.NONE;

  /**
   * @param wire on which the peer waits for MAIL
   */
  public Exchange(Wire wire, Timeouts timeouts, Capabilities peer) {
    this.peer = peer;
    dialogue = new Dialogue(wire, timeouts, peer.has(Extension.PIPELINING));
    reports = peer.has(Extension.DSN);
  }

  /**
   * Offers one message and, where the peer takes it so, announces the next one with its end. If
   * then another is offered, or none, the exchange is over, and nothing was taken of the one
   * announced.
   *
   * @return whatever came of the first; the connection is closed where it is lost
   */
  public Transaction offer(Mail mail, Optional<Mail> next) {
    groupEnd = GroupEnd.NONE;
    Optional<NotPossible> obstacle = obstacle(mail);
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    Transaction transaction =
        dialogue.run(commands(mail), mail.content(), next.flatMap(this::announcement).orElse(null));
    groupEnd = dialogue.groupEnd();
    if (reports
        && mail.envelope().asksForReports()
        && transaction instanceof Replied refusal
        && mayBeOfParameters(refusal)
        && dialogue.isUsable()) {
      transaction = offerWithoutReports(mail, refusal);
    }
    if (dialogue.brokePipelining()) {
      broken.add(Extension.PIPELINING);
    }
    return transaction;
  }

  /** Whether the peer was told of this message and waits for it. */
  public boolean hasAnnounced(Mail mail) {
    return dialogue.hasAnnounced(commands(mail));
  }

  private Optional<Commands> announcement(Mail next) {
    return dialogue.isPipelining() && obstacle(next).isEmpty()
        ? Optional.of(commands(next))
        : Optional.empty();
  }

  /** Whether a peer minds how it was asked, and says nothing of the message or its addresses. */
  private static boolean mayBeOfParameters(Replied refusal) {
    return (refusal.phase() == Phase.MAIL || refusal.phase() == Phase.RCPT)
        && OF_SYNTAX.contains(refusal.reply().code())
        && refusal
            .reply()
            .enhanced()
            .filter(status -> status.subject() != PROTOCOL && status.subject() != 0)
            .isEmpty();
  }

  /**
   * Offers a message once more without the parameters of DSN. If that changes the answer, the peer
   * breaks what it offers and is not asked again; if not, it meant something else.
   */
  private Transaction offerWithoutReports(Mail mail, Replied refusal) {
    reports = false;
    // nothing is announced: what was to be had those parameters, and has not left
    Transaction again = dialogue.run(commands(mail), mail.content(), null);
    if (again instanceof Replied reply) {
      reports = reply.phase() == refusal.phase() && reply.reply().code() == refusal.reply().code();
      if (!reports) {
        broken.add(Extension.DSN);
      }
    }
    return again;
  }

  private Optional<NotPossible> obstacle(Mail mail) {
    Content content = mail.content();
    if (content.hasBareLineBreak()) {
      return notPossible(Obstacle.BARE_LINE_BREAK, "the message has a CR or LF that stands alone");
    }
    if (content.length() > peer.maxSize()) {
      return notPossible(
          Obstacle.TOO_LARGE,
          content.length() + " octets, and " + peer.host() + " takes " + peer.maxSize());
    }
    if (isInternational(mail) && !peer.has(Extension.SMTPUTF8)) {
      return notPossible(
          Obstacle.NEEDS_SMTPUTF8, peer.host() + " takes no international address or header");
    }
    if (content.isEightBit() && !peer.has(Extension.EIGHT_BIT_MIME)) {
      return notPossible(Obstacle.NEEDS_8BITMIME, peer.host() + " takes no 8-bit content");
    }
    return Optional.empty();
  }

  private static Optional<NotPossible> notPossible(Obstacle obstacle, String reason) {
    return Optional.of(new NotPossible(obstacle, reason));
  }

  private static boolean isInternational(Mail mail) {
    return mail.content().hasInternationalHeader() || mail.envelope().isInternational();
  }

  private Commands commands(Mail of) {
    Envelope envelope = of.envelope();
    StringBuilder mail = new StringBuilder("MAIL FROM:<").append(envelope.returnPath()).append('>');
    if (peer.has(Extension.SIZE)) {
      mail.append(" SIZE=").append(of.content().length());
    }
    if (of.content().isEightBit()) {
      mail.append(" BODY=8BITMIME");
    }
    if (isInternational(of)) {
      mail.append(" SMTPUTF8");
    }
    StringBuilder rcpt = new StringBuilder("RCPT TO:<").append(envelope.recipient()).append('>');
    if (reports && envelope.asksForReports()) {
      envelope.addReturn(mail);
      envelope.addNotify(rcpt);
    }
    return new Commands(mail.append("\r\n").toString(), rcpt.append("\r\n").toString());
  }

  /** Whether another message may be offered, as far as is known without asking the peer. */
  public boolean isUsable() {
    return dialogue.isUsable();
  }

  /** Whether the end of the message under way is not sent yet. For any thread. */
  public boolean isBeforeDot() {
    return dialogue.isBeforeDot();
  }

  /** Whether the peer was told of a message that it waits for. */
  public boolean hasAnnounced() {
    return dialogue.hasAnnounced();
  }

  /**
   * What the group of the last message offered shows of whether the peer keeps pipelining; of the
   * first group, where it was offered twice.
   */
  public GroupEnd groupEnd() {
    return groupEnd;
  }

  /** The extensions that the peer offered here and was seen to break. */
  public Set<Extension> broken() {
    return Set.copyOf(broken);
  }
}
