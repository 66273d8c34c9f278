package io.portolan.sender.smtp;

import io.portolan.core.policy.Timeouts;
import io.portolan.sender.exchange.Capabilities;
import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.exchange.Exchange;
import io.portolan.sender.exchange.GroupEnd;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.smtp.BrokenOffers.Grouping;
import io.portolan.sender.smtp.BrokenOffers.Offer;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open session with one peer, on which messages are offered one after another. Used by one
 * thread at a time, but for what is said to be for any; its waits are kept by the node's {@link
 * io.portolan.sender.wire.DeadlineWatch}.
 */
public final class SmtpSession implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SmtpSession.class);
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Wire wire;
  private final Exchange exchange;
  private final Peer peer;
  private final Timeouts timeouts;
  private final BrokenOffers broken;
  private final Set<Extension> seenBroken = EnumSet.noneOf(Extension.class);
  private final Set<GroupEnd> answered = EnumSet.noneOf(GroupEnd.class);
  private final long openedNanos;
  private int accepted;
  private boolean closed;

  /** Whom a session talks to, and what opening it showed and took. */
  record Peer(
      String host, String address, Extensions extensions, PeerEvidence evidence, Duration took) {}

  /**
   * @param broken what is known of hosts, this one among them
   */
  SmtpSession(Wire wire, Peer peer, Timeouts timeouts, BrokenOffers broken) {
    this.wire = wire;
    this.peer = peer;
    this.timeouts = timeouts;
    this.broken = broken;
    this.openedNanos = wire.nanoTime();
    this.exchange = new Exchange(wire, timeouts, capabilities());
  }

  private Capabilities capabilities() {
    Set<Extension> usable = EnumSet.allOf(Extension.class);
    usable.removeIf(
        each ->
            !peer.extensions().offers(each.keyword())
                || broken.isBroken(new Offer(peer.host(), each), openedNanos));
    return new Capabilities(peer.host(), usable, peer.extensions().maxSize());
  }

  /**
   * Offers one message.
   *
   * @throws IllegalStateException if the session is not usable
   */
  public Transaction send(Mail mail) {
    return send(mail, Optional.empty());
  }

  /**
   * Offers one message and, where the peer takes it so, announces the next one with its end. If
   * then another is offered, or none, the session is over, and nothing was taken of the one
   * announced.
   *
   * @throws IllegalStateException if the session is not usable
   */
  public Transaction send(Mail mail, Optional<Mail> next) {
    if (!isUsable()) {
      throw new IllegalStateException("the session with " + peer.host() + " is over");
    }
    Transaction transaction = exchange.offer(mail, next);
    rememberBroken();
    judge(exchange.groupEnd());
    if (transaction instanceof Replied reply && reply.accepted()) {
      accepted++;
    }
    return transaction;
  }

  private void rememberBroken() {
    for (Extension each : exchange.broken()) {
      if (seenBroken.add(each)) {
        broken.remember(new Offer(peer.host(), each), wire.nanoTime());
        logBroken(each);
      }
    }
  }

  private void logBroken(Extension extension) {
    log.info(
        "{} offers {} and breaks it: it is not used there for a day",
        peer.host(),
        extension.keyword());
  }

  /** What a group shows of whether the peer keeps pipelining; trust is noted once a session. */
  private void judge(GroupEnd end) {
    switch (end) {
      case NONE -> {
        // nothing is learnt
      }
      case ANSWERED, ANSWERED_AHEAD -> {
        if (answered.add(end)) {
          broken.trust(new Grouping(peer.host(), end == GroupEnd.ANSWERED_AHEAD), wire.nanoTime());
        }
      }
      case BROKEN_OFF, BROKEN_OFF_AHEAD -> {
        Grouping grouping = new Grouping(peer.host(), end == GroupEnd.BROKEN_OFF_AHEAD);
        if (broken.doubt(grouping, wire.nanoTime())) {
          logBroken(Extension.PIPELINING);
        }
      }
    }
  }

  /** Whether another message may be offered, as far as is known without asking the peer. */
  public boolean isUsable() {
    return !closed && exchange.isUsable();
  }

  /** How many messages the peer has taken. */
  public int messagesAccepted() {
    return accepted;
  }

  /** How long it has been open. */
  public Duration age() {
    return Duration.ofNanos(wire.nanoTime() - openedNanos);
  }

  /** Whether the peer was told of a message that it waits for. */
  public boolean hasAnnounced() {
    return exchange.hasAnnounced();
  }

  /** The peer's name as dialled. */
  public String host() {
    return peer.host();
  }

  /** The peer's address as dialled, as text. */
  public String peerAddress() {
    return peer.address();
  }

  public boolean usedTls() {
    return wire.isSecure();
  }

  /** What the peer showed of itself while the session was opened. */
  public PeerEvidence evidence() {
    return peer.evidence();
  }

  /** What opening took, from the first dial on. */
  public Duration openTook() {
    return peer.took();
  }

  /** Whether the peer has owed an answer, to whatever, for so long. For any thread. */
  public boolean isSilent(Duration least) {
    return wire.isSilent(least);
  }

  /**
   * Ends a silent session, unless the end of a message's data is out: whoever waits on it learns
   * that it is lost, so that the message may take another path. For any thread.
   *
   * @return whether it was ended
   */
  public boolean giveUpIfSilent(Duration least) {
    return wire.giveUpIfSilent(least, exchange::isBeforeDot);
  }

  /**
   * Ends the session, whatever it waits for: who offers a message on it learns that it is lost, and
   * whether the end of its data was out. For any thread.
   */
  public void giveUp() {
    wire.giveUp();
  }

  /**
   * Takes leave with QUIT, for two seconds at most, and closes the connection. A peer that waits
   * for a message which was announced would take QUIT for its text and is left without.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    boolean polite = exchange.isUsable() && !exchange.hasAnnounced();
    closed = true;
    if (polite) {
      Duration time = FAREWELL.compareTo(timeouts.command()) < 0 ? FAREWELL : timeouts.command();
      try {
        wire.within(time);
        wire.put("QUIT\r\n").flush();
        wire.read();
      } catch (IOException e) {
        // all that was to be said is said
      }
      wire.closeWithin(time);
    }
    wire.abort();
  }
}
