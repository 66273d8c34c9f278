package io.portolan.sender.smtp;

import io.portolan.core.policy.Timeouts;
import io.portolan.sender.smtp.Transaction.NotPossible;
import io.portolan.sender.smtp.Transaction.Obstacle;
import io.portolan.sender.smtp.Transaction.Replied;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
    return send(envelope, message, Optional.empty());
  }

  /**
   * Offers one message and announces the next one with its end. If then another is offered, or
   * none, the session is over, and nothing was taken of the one announced.
   *
   * @param message with lines ended by CRLF and dots as they are
   * @param next as {@link #announcement} gave it
   * @throws IllegalStateException if the session is not usable
   */
  public Transaction send(Envelope envelope, byte[] message, Optional<Announcement> next) {
    if (!isUsable()) {
      throw new IllegalStateException("the session with " + peer.host() + " is over");
    }
    MessageTraits traits = MessageTraits.of(message);
    Optional<NotPossible> obstacle = obstacle(envelope, message, traits);
    return obstacle.isPresent()
        ? obstacle.get()
        : offered(
            commands(envelope, message, traits),
            message,
            next.map(Announcement::commands).orElse(null));
  }

  /** What can be sent ahead of a message. */
  public static final class Announcement {
    private final Exchange.Commands commands;

    private Announcement(Exchange.Commands commands) {
      this.commands = commands;
    }

    private Exchange.Commands commands() {
      return commands;
    }
  }

  /** What can be sent ahead of a message; empty where the peer would not take it so. */
  public Optional<Announcement> announcement(Envelope envelope, byte[] message) {
    if (!exchange.isPipelining()) {
      return Optional.empty();
    }
    MessageTraits traits = MessageTraits.of(message);
    return obstacle(envelope, message, traits).isPresent()
        ? Optional.empty()
        : Optional.of(new Announcement(commands(envelope, message, traits)));
  }

  private Optional<NotPossible> obstacle(Envelope envelope, byte[] message, MessageTraits traits) {
    if (traits.bareLineBreak()) {
      return notPossible(Obstacle.BARE_LINE_BREAK, "the message has a CR or LF that stands alone");
    }
    if (message.length > peerTakes.maxSize()) {
      return notPossible(
          Obstacle.TOO_LARGE,
          message.length + " octets, and " + peer.host() + " takes " + peerTakes.maxSize());
    }
    if (isInternational(envelope, traits) && !peerTakes.utf8()) {
      return notPossible(
          Obstacle.NEEDS_SMTPUTF8, peer.host() + " takes no international address or header");
    }
    if (traits.eightBit() && !peerTakes.eightBit()) {
      return notPossible(Obstacle.NEEDS_8BITMIME, peer.host() + " takes no 8-bit content");
    }
    return Optional.empty();
  }

  private static Optional<NotPossible> notPossible(Obstacle obstacle, String reason) {
    return Optional.of(new NotPossible(obstacle, reason));
  }

  private static boolean isInternational(Envelope envelope, MessageTraits traits) {
    return traits.internationalHeader() || envelope.isInternational();
  }

  private Transaction offered(
      Exchange.Commands commands, byte[] message, Exchange.@Nullable Commands next) {
    Transaction transaction = exchange.run(commands, message, next);
    if (exchange.brokePipelining()) {
      memory.remember(peer.host(), watch.nanoTime());
    }
    if (transaction instanceof Replied reply && reply.accepted()) {
      accepted++;
    }
    return transaction;
  }

  private Exchange.Commands commands(Envelope envelope, byte[] message, MessageTraits traits) {
    StringBuilder mail = new StringBuilder("MAIL FROM:<").append(envelope.returnPath()).append('>');
    if (peerTakes.size()) {
      mail.append(" SIZE=").append(message.length);
    }
    if (traits.eightBit()) {
      mail.append(" BODY=8BITMIME");
    }
    if (isInternational(envelope, traits)) {
      mail.append(" SMTPUTF8");
    }
    return new Exchange.Commands(
        mail.append("\r\n").toString(), "RCPT TO:<" + envelope.recipient() + ">\r\n");
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
