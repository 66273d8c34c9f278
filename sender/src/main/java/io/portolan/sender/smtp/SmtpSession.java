package io.portolan.sender.smtp;

import io.portolan.core.policy.Timeouts;
import io.portolan.sender.smtp.Transaction.NotPossible;
import io.portolan.sender.smtp.Transaction.Obstacle;
import io.portolan.sender.smtp.Transaction.Replied;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * An open session with one peer, on which messages are offered one after another. Used by one
 * thread at a time; its waits are kept by the node's {@link DeadlineWatch}.
 */
public final class SmtpSession implements AutoCloseable {
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Wire wire;
  private final Exchange exchange;
  private final Peer peer;
  private final Timeouts timeouts;
  private final PipeliningMemory memory;
  private final DeadlineWatch watch;
  private final Capabilities peerTakes;
  private int accepted;
  private boolean closed;

  /** Whom a session talks to, and what opening it showed and took. */
  record Peer(
      String host, String address, Extensions extensions, PeerEvidence evidence, Duration took) {}

  /** What matters of the peer's extensions at every message. */
  private record Capabilities(boolean size, long maxSize, boolean eightBit, boolean utf8) {
    static Capabilities of(Extensions extensions) {
      return new Capabilities(
          extensions.offers("SIZE"),
          extensions.maxSize(),
          extensions.offers("8BITMIME"),
          extensions.offers("SMTPUTF8"));
    }
  }

  SmtpSession(
      Wire wire, Peer peer, Timeouts timeouts, PipeliningMemory memory, DeadlineWatch watch) {
    this.wire = wire;
    this.peer = peer;
    this.timeouts = timeouts;
    this.memory = memory;
    this.watch = watch;
    this.peerTakes = Capabilities.of(peer.extensions());
    boolean pipelining =
        peer.extensions().offers("PIPELINING") && !memory.isBroken(peer.host(), watch.nanoTime());
    this.exchange = new Exchange(wire, watch, timeouts, pipelining);
  }

  /**
   * Offers one message.
   *
   * @param message with lines ended by CRLF and dots as they are
   * @throws IllegalStateException if the session is not usable
   */
  public Transaction send(Envelope envelope, byte[] message) {
    if (!isUsable()) {
      throw new IllegalStateException("the session with " + peer.host() + " is over");
    }
    MessageTraits traits = MessageTraits.of(message);
    boolean international = traits.internationalHeader() || envelope.isInternational();
    if (traits.bareLineBreak()) {
      return new NotPossible(
          Obstacle.BARE_LINE_BREAK, "the message has a CR or LF that stands alone");
    }
    if (message.length > peerTakes.maxSize()) {
      return new NotPossible(
          Obstacle.TOO_LARGE,
          message.length + " octets, and " + peer.host() + " takes " + peerTakes.maxSize());
    }
    if (international && !peerTakes.utf8()) {
      return new NotPossible(
          Obstacle.NEEDS_SMTPUTF8, peer.host() + " takes no international address or header");
    }
    if (traits.eightBit() && !peerTakes.eightBit()) {
      return new NotPossible(Obstacle.NEEDS_8BITMIME, peer.host() + " takes no 8-bit content");
    }
    return offered(
        mail(envelope, message, traits, international),
        "RCPT TO:<" + envelope.recipient() + ">\r\n",
        message);
  }

  private Transaction offered(String mail, String rcpt, byte[] message) {
    Transaction transaction = exchange.run(mail, rcpt, message);
    if (exchange.brokePipelining()) {
      memory.remember(peer.host(), watch.nanoTime());
    }
    if (transaction instanceof Replied reply && reply.accepted()) {
      accepted++;
    }
    return transaction;
  }

  private String mail(
      Envelope envelope, byte[] message, MessageTraits traits, boolean international) {
    StringBuilder mail = new StringBuilder("MAIL FROM:<").append(envelope.returnPath()).append('>');
    if (peerTakes.size()) {
      mail.append(" SIZE=").append(message.length);
    }
    if (traits.eightBit()) {
      mail.append(" BODY=8BITMIME");
    }
    if (international) {
      mail.append(" SMTPUTF8");
    }
    return mail.append("\r\n").toString();
  }

  /** Whether another message may be offered, as far as is known without asking the peer. */
  public boolean isUsable() {
    return !closed && exchange.isUsable();
  }

  /** How many messages the peer has taken. */
  public int messagesAccepted() {
    return accepted;
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
    return silence(least).isPresent();
  }

  /**
   * Ends a silent session, unless the end of a message's data is out: whoever waits on it learns
   * that it is lost, so that the message may take another path. For any thread.
   *
   * @return whether it was ended
   */
  public boolean giveUpIfSilent(Duration least) {
    return silence(least).filter(wait -> exchange.isBeforeDot()).filter(wire::giveUp).isPresent();
  }

  private Optional<DeadlineWatch.Wait> silence(Duration least) {
    return wire.waiting().filter(wait -> wait.lasts().compareTo(least) >= 0);
  }

  /** Takes leave with QUIT, for two seconds at most, and closes the connection. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    boolean polite = exchange.isUsable();
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
